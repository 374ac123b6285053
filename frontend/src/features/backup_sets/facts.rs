//! What a set is.

use super::WorkloadIcons;
use crate::components::{Fact, Facts, MethodPin, Moment};
use crate::text::portal::backup_sets;
use leptos::prelude::*;
use shared::api::backup_sets::BackupSetView;

/// The facts of one set.
#[component]
pub fn SetFacts(set: BackupSetView) -> impl IntoView {
    let role = set.account.as_ref().map(|_| backup_sets::account_role(set.account_role)).unwrap_or_default();
    let words: Vec<&str> = set.workloads.iter().map(|workload| backup_sets::workload(*workload)).collect();
    let since = set.method_changed_at.map(|at| view! { " "<span class="faint"><Moment at/></span> });
    let tenant = set.customer.domain.clone().unwrap_or_else(|| set.customer.name.clone());
    view! {
        <section class="section" aria-labelledby="facts">
            <header><h2 id="facts">{backup_sets::FACTS}</h2></header>
            <Facts>
                <Fact term=backup_sets::METHOD_TODAY><MethodPin method=set.method/>{since}</Fact>
                <Fact term=backup_sets::ACCOUNT small=role>{set.account.unwrap_or_else(|| backup_sets::NOT_KNOWN.into())}</Fact>
                <Fact term=backup_sets::COVERS>{backup_sets::covers(set.covers)}</Fact>
                <Fact term=backup_sets::DATA small=words.join(", ")><WorkloadIcons workloads=set.workloads.clone()/></Fact>
                <Fact term=backup_sets::CLIENT_VERSION>{set.client_version.unwrap_or_else(|| backup_sets::NOT_KNOWN.into())}</Fact>
                <Fact term=backup_sets::TENANT small=set.customer.tenant.to_string()>{tenant}</Fact>
                <Fact term=backup_sets::CLOUD>{backup_sets::region(set.region)}</Fact>
                <Fact term=backup_sets::EXTERNAL_ID><span class="mono">{set.external_id}</span></Fact>
            </Facts>
        </section>
    }
}
