use super::*;
use crate::{
    backup_set::{Covers, Region},
    id::BackupSetId,
    rules::suitability::SetFacts,
    workload::Workload,
};
use uuid::Uuid;

const CONTOSO: CustomerId = CustomerId(Uuid::from_u128(1));
const FABRIKAM: CustomerId = CustomerId(Uuid::from_u128(2));

fn facts(workloads: &Workloads, covers: Covers, method: Method) -> SetFacts<'_> {
    SetFacts {
        method,
        workloads,
        covers,
        has_account: true,
        account_role: AccountRole::Ordinary,
        region: Region::Global,
        client_version: None,
    }
}

fn set<'a>(id: u128, customer: CustomerId, account: &'a str, facts: SetFacts<'a>) -> ChosenSet<'a> {
    ChosenSet { id: BackupSetId(Uuid::from_u128(id)), customer, account: Some(account), facts }
}

fn planned(aim: Aim, sets: &[ChosenSet<'_>], known: &Known) -> WavePlan<BackupSetId> {
    let switches = RuleSwitches::default();
    let mut planner = Planner::new(aim, &switches);
    for set in sets {
        planner.add(set, set.id);
    }
    planner.finish(known)
}

#[test]
fn g2_sets_of_many_customers_are_grouped_by_who_signs_in() {
    let (mail, files) = (Workloads::from([Workload::Exchange]), Workloads::from([Workload::Onedrive]));
    let own = |workloads| facts(workloads, Covers::OwnAccount, Method::Basic);
    let tenant = |workloads| facts(workloads, Covers::WholeTenant, Method::Basic);
    let sets = [
        set(1, CONTOSO, "Anna@contoso.com", own(&mail)),
        set(2, CONTOSO, "anna@contoso.com ", own(&files)),
        set(3, CONTOSO, "ben@contoso.com", own(&files)),
        set(4, CONTOSO, "backup@contoso.com", tenant(&mail)),
        set(5, CONTOSO, "other@contoso.com", tenant(&files)),
        set(6, FABRIKAM, "anna@contoso.com", own(&mail)),
        set(7, FABRIKAM, "x@fabrikam.com", facts(&mail, Covers::OwnAccount, Method::Modern)),
    ];
    let plan = planned(Aim::Recommended, &sets, &Known::default());
    let numbers = plan.numbers();
    assert_eq!((numbers.sets, numbers.customers, numbers.sign_ins, numbers.refused), (6, 2, 4, 1));
    // Anna's mail in both tenants; for modern the administrator signs in, and that is no approval besides.
    assert_eq!((numbers.approvals, numbers.without_sign_in), (2, 0));
    assert_eq!(plan.refused, BTreeMap::from([(Reason::NoStoredPassword, 1)]));
    let modern: Vec<_> = plan.sign_ins.iter().filter(|one| one.method == Method::Modern).collect();
    assert_eq!((modern.len(), modern[0].sets.len(), modern[0].account.as_ref()), (1, 2, None));
}

#[test]
fn f10_sets_of_what_is_connected_need_no_sign_in() {
    let (mail, files) = (Workloads::from([Workload::Exchange]), Workloads::from([Workload::Onedrive]));
    let own = |workloads| facts(workloads, Covers::OwnAccount, Method::Basic);
    let sets = [
        set(1, CONTOSO, "anna@contoso.com", own(&files)),
        set(2, CONTOSO, "ben@contoso.com", own(&mail)),
        set(3, FABRIKAM, "b@fabrikam.com", facts(&mail, Covers::WholeTenant, Method::Basic)),
    ];
    let held = BTreeSet::from(["Files.Read".to_owned()]);
    let known = Known {
        accounts: BTreeMap::from([((CONTOSO, AccountKey::of("ANNA@contoso.com")), held)]),
        apps: BTreeMap::from([(FABRIKAM, mail.clone())]),
        no_modern: true,
        ..Known::default()
    };
    let numbers = planned(Aim::Recommended, &sets, &known).numbers();
    assert_eq!((numbers.sign_ins, numbers.without_sign_in, numbers.approvals), (1, 2, 1));
    // An app that does not reach all of the data is not enough, and here none can be set up.
    let known = Known { apps: BTreeMap::from([(FABRIKAM, files.clone())]), ..known };
    let plan = planned(Aim::Recommended, &sets, &known);
    assert_eq!(plan.refused, BTreeMap::from([(Reason::MethodNotAvailable, 1)]));
}

#[test]
fn o6_sets_of_an_unconfirmed_tenant_stay_and_are_counted() {
    let mail = Workloads::from([Workload::Exchange]);
    let sets = [set(1, CONTOSO, "a@contoso.com", facts(&mail, Covers::OwnAccount, Method::Basic))];
    let known = Known { unconfirmed: BTreeSet::from([CONTOSO]), ..Known::default() };
    let plan = planned(Aim::Hybrid, &sets, &known);
    assert_eq!((plan.sign_ins.len(), plan.numbers().refused), (0, 1));
    assert_eq!(plan.refused.keys().collect::<Vec<_>>(), [&Reason::TenantUnconfirmed]);
}

#[test]
fn a05_an_aim_refuses_as_the_plan_of_one_customer_does() {
    let groups = Workloads::from([Workload::Groups]);
    let sets = [set(1, CONTOSO, "a@contoso.com", facts(&groups, Covers::OwnAccount, Method::Basic))];
    let plan = planned(Aim::Hybrid, &sets, &Known::default());
    assert_eq!(plan.refused, BTreeMap::from([(Reason::GroupsNeedModern, 1)]));
    assert_eq!(planned(Aim::Modern, &sets, &Known::default()).numbers().sets, 1);
}

#[test]
fn f11_d9_a_retirement_names_the_sets_that_stop() {
    let ews = retirement("ews").unwrap();
    assert_eq!(ews.ends_on, "2027-04-01");
    let mail = Workloads::from([Workload::Exchange, Workload::Onedrive]);
    assert!(ews.stops(Method::Basic, &mail) && !ews.stops(Method::Hybrid, &mail));
    assert!(!ews.stops(Method::Basic, &Workloads::from([Workload::Onedrive])));
    assert!(retirement("ewz").is_none());
}
