//! Nobody reaches another organization's data (M1, M2): every route of the description, by everybody who may not.

mod tenancy {
    mod everybody;
    mod matrix;
    mod never_crossed;
    mod reach;
}
