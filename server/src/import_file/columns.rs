//! The columns of an import file, and a line's values by column, not yet checked.

/// All columns, for messages.
pub const LIST: &str = "external_id, name, customer, tenant, account, account_role, covers, workloads, region, client_version, method, contact and contact_language";

macro_rules! columns {
    ($($column:ident $field:ident $is_required:literal;)*) => {
        /// A column.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Column { $($column),* }

        impl Column {
            /// All columns, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$column),*];

            /// The name in the header.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$column => stringify!($field)),* }
            }

            /// Whether a file can do without it.
            pub const fn is_required(self) -> bool {
                match self { $(Self::$column => $is_required),* }
            }
        }

        /// A line's values; an empty one counts as absent.
        #[derive(Debug, Default)]
        pub struct Raw { $($field: Option<String>),* }

        impl Raw {
            fn slot(&mut self, column: Column) -> &mut Option<String> {
                match column { $(Column::$column => &mut self.$field),* }
            }
        }
    };
}

columns! {
    ExternalId external_id true;
    Name name true;
    Customer customer true;
    Tenant tenant true;
    Account account false;
    AccountRole account_role false;
    Covers covers false;
    Workloads workloads true;
    Region region false;
    ClientVersion client_version false;
    Method method false;
    Contact contact false;
    ContactLanguage contact_language false;
}

impl Column {
    /// The column with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.name() == name)
    }
}

impl Raw {
    /// Puts a value in its place, without the blanks around it.
    pub fn set(&mut self, column: Column, value: &str) {
        let value = value.trim();
        *self.slot(column) = (!value.is_empty()).then(|| value.to_owned());
    }

    /// Takes a value out.
    pub fn take(&mut self, column: Column) -> Option<String> {
        self.slot(column).take()
    }
}
