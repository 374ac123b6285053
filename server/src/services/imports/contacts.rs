//! Who is told at the customers of a list. A customer has one contact, and stands in many lines.

use crate::{
    audit::Actor,
    import_file::{Contact, ImportLine},
    services::ServiceError,
    state::AppState,
    store::{Scoped, customers::Customer},
};
use shared::{api::imports::BadLine, id::TenantId, language::Language};
use std::collections::{HashMap, hash_map::Entry};

/// The contacts that the lines read so far name, and where each stood first.
#[derive(Debug, Default)]
pub struct Named(HashMap<TenantId, (u64, Contact)>);

impl Named {
    /// Takes a line's contact; what is wrong where an earlier line names another one for the same customer.
    pub fn bad_line(&mut self, line: &ImportLine, tenant: TenantId) -> Option<BadLine> {
        let contact = line.contact.as_ref()?;
        match self.0.entry(tenant) {
            Entry::Vacant(free) => {
                free.insert((line.line, contact.clone()));
                None
            }
            Entry::Occupied(known) if known.get().1 == *contact => None,
            Entry::Occupied(known) => {
                let (first, second) = (known.get().0, line.line);
                let reason = format!(
                    "Lines {first} and {second} name different contacts for one customer. A customer has one contact, in one language."
                );
                Some(BadLine { line: second, field: Some("contact".to_owned()), reason })
            }
        }
    }
}

/// A customer's contact and its language, after a list that says this.
pub fn after(said: Option<&Contact>, before: Option<&Customer>) -> (Option<String>, Option<String>) {
    let stored = before.and_then(|customer| customer.contact_language.clone());
    match said {
        None => (before.and_then(|customer| customer.contact.clone()), stored),
        Some(contact) => {
            let language = contact.language.map(|language| language.as_str().to_owned());
            let language = language.or(stored).unwrap_or_else(|| Language::default().as_str().to_owned());
            (Some(contact.address.clone()), Some(language))
        }
    }
}

/// Writes what a list says about a known customer's contact, if it is something new.
pub async fn store(
    app: &AppState,
    tx: &Scoped,
    actor: &Actor,
    customer: &Customer,
    said: Option<&Contact>,
) -> Result<(), ServiceError> {
    let (contact, language) = after(said, Some(customer));
    if (&contact, &language) == (&customer.contact, &customer.contact_language) {
        return Ok(());
    }
    tx.update_customer_contact(customer.id, contact.as_deref(), language.as_deref()).await?;
    note(app, tx, actor, customer).await
}

/// The event of a contact that came by a list.
pub async fn note(app: &AppState, tx: &Scoped, actor: &Actor, customer: &Customer) -> Result<(), ServiceError> {
    let subject = format!("customer:{}", customer.id);
    Ok(app.audit().record(tx, "customer.contact", actor, subject, "set by import".to_owned()).await?)
}
