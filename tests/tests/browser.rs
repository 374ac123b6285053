//! People at real browsers: the whole road through the portal, Microsoft's stand-in and the connect page.

mod browser {
    mod accessible;
    mod apps;
    mod bulk;
    mod consent;
    mod embed;
    mod imports;
    mod keyboard;
    mod languages;
    mod off_boarding;
    mod pages;
    mod people;
    mod pictures;
    mod policies;
    mod procedure_h;
    mod procedure_m;
    mod protocol;
    mod robust;
    mod strangers;
    mod telling;
    mod trusted_types;
}
