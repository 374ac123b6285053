use super::*;
use crate::{
    backup_set::{AccountRole, Covers, Region},
    workload::Workload,
};
use uuid::Uuid;

const CONTOSO: CustomerId = CustomerId(Uuid::from_u128(1));
const FABRIKAM: CustomerId = CustomerId(Uuid::from_u128(2));

fn facts(workloads: &Workloads) -> SetFacts<'_> {
    SetFacts {
        method: Method::Basic,
        workloads,
        covers: Covers::OwnAccount,
        has_account: true,
        account_role: AccountRole::Ordinary,
        region: Region::Global,
        client_version: None,
    }
}

fn set<'a>(id: u128, customer: CustomerId, account: &'a str, workloads: &'a Workloads) -> ChosenSet<'a> {
    let account = Some(account).filter(|name| !name.is_empty());
    ChosenSet { id: BackupSetId(Uuid::from_u128(id)), customer, account, facts: facts(workloads) }
}

fn ids(numbers: &[u128]) -> Vec<BackupSetId> {
    numbers.iter().map(|number| BackupSetId(Uuid::from_u128(*number))).collect()
}

fn hybrid(chosen: &[ChosenSet<'_>], connected: &Connected) -> Plan {
    plan(MoveKind::MigrateToHybrid, chosen, &RuleSwitches::default(), connected)
}

fn connected(account: &str, scopes: &[&str]) -> Connected {
    let held = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    Connected {
        accounts: BTreeMap::from([((CONTOSO, AccountKey::of(account)), held)]),
        tenants: BTreeSet::from([CONTOSO]),
    }
}

#[test]
fn f10_g2_one_sign_in_covers_every_set_of_an_account_however_it_is_spelled() {
    let (mail, files) = (Workloads::from([Workload::Exchange]), Workloads::from([Workload::Onedrive]));
    let chosen = [
        set(1, CONTOSO, "Anna@Contoso.com", &mail),
        set(2, CONTOSO, "ben@contoso.com", &files),
        set(3, CONTOSO, "anna@contoso.COM ", &files),
        set(1, CONTOSO, "Anna@Contoso.com", &mail),
    ];
    let plan = hybrid(&chosen, &Connected::default());
    assert_eq!(plan.open_sign_ins(), 2);
    let [anna, ben] = plan.sign_ins.as_slice() else { panic!("two sign-ins: {:?}", plan.sign_ins) };
    assert_eq!((anna.account.as_deref(), &anna.sets), (Some("Anna@Contoso.com"), &ids(&[1, 3])));
    let values: Vec<_> = anna.scopes.iter().map(|permission| permission.value.as_str()).collect();
    assert_eq!(values, ["Mail.Read", "MailboxSettings.Read", "Files.Read"]);
    assert!(anna.needs_administrator && !ben.needs_administrator, "mail needs an approval, own files do not");
    assert_eq!((&ben.sets, ben.signer), (&ids(&[2]), Signer::AccountHolder));
}

#[test]
fn h8_the_same_account_name_under_two_customers_is_two_sign_ins() {
    let mail = Workloads::from([Workload::Exchange]);
    let chosen = [set(1, CONTOSO, "backup@shared.example", &mail), set(2, FABRIKAM, "backup@shared.example", &mail)];
    let plan = hybrid(&chosen, &connected("backup@shared.example", &["Mail.Read", "MailboxSettings.Read"]));
    let connected: Vec<_> = plan.sign_ins.iter().map(|s| (s.customer, s.already_connected)).collect();
    assert_eq!(connected, [(CONTOSO, true), (FABRIKAM, false)]);
}

#[test]
fn a04_a_connected_account_needs_only_save() {
    let mail = Workloads::from([Workload::Exchange]);
    let chosen = [set(1, CONTOSO, "ANNA@contoso.com", &mail)];
    let plan = hybrid(&chosen, &connected("anna@contoso.com", &["Mail.Read", "MailboxSettings.Read"]));
    assert_eq!(plan.open_sign_ins(), 0);
    assert!(plan.sign_ins[0].already_connected && plan.sign_ins[0].missing_scopes.is_empty());
    assert!(!plan.sign_ins[0].needs_administrator);
}

#[test]
fn a04_permissions_that_the_connection_lacks_are_named() {
    let both = Workloads::from([Workload::Exchange, Workload::Onedrive]);
    let chosen = [set(1, CONTOSO, "anna@contoso.com", &both)];
    let plan = hybrid(&chosen, &connected("anna@contoso.com", &["Files.Read"]));
    let missing: Vec<_> = plan.sign_ins[0].missing_scopes.iter().map(|p| p.value.as_str()).collect();
    assert_eq!(missing, ["Mail.Read", "MailboxSettings.Read"]);
    assert!(plan.sign_ins[0].already_connected && plan.sign_ins[0].needs_administrator);
}

#[test]
fn a05_renewing_signs_in_again_even_when_connected() {
    let mail = Workloads::from([Workload::Exchange]);
    let mut chosen = [set(1, CONTOSO, "anna@contoso.com", &mail), set(2, CONTOSO, "anna@contoso.com", &mail)];
    chosen[0].facts.method = Method::Hybrid;
    let known = connected("anna@contoso.com", &["Mail.Read"]);
    let plan = plan(MoveKind::Reauthorize, &chosen, &RuleSwitches::default(), &known);
    assert_eq!(plan.open_sign_ins(), 1);
    assert_eq!(plan.sign_ins[0].sets, ids(&[1]));
    assert_eq!(plan.refused, [RefusedSet { id: ids(&[2])[0], reason: Reason::NothingToRenew }]);
}

#[test]
fn m12_refused_sets_are_listed_with_their_reasons() {
    let personal = Workloads::from([Workload::PersonalSites]);
    let mail = Workloads::from([Workload::Exchange]);
    let mut chosen = [
        set(1, CONTOSO, "anna@contoso.com", &personal),
        set(2, CONTOSO, "anna@contoso.com", &mail),
        set(3, CONTOSO, "", &mail),
        set(4, CONTOSO, "anna@contoso.com", &mail),
    ];
    chosen[3].facts.method = Method::Modern;
    let switches = RuleSwitches::default();
    let modern = plan(MoveKind::MigrateToModern, &chosen, &switches, &Connected::default());
    let reasons: Vec<_> = modern.refused.iter().map(|refused| refused.reason).collect();
    assert_eq!(reasons, [Reason::PersonalSitesWait, Reason::OnlyFromBasic]);
    assert_eq!(modern.sign_ins.len(), 1, "one administrator for the tenant");
    let admin = &modern.sign_ins[0];
    assert_eq!((&admin.sets, &admin.account, admin.signer), (&ids(&[2, 3]), &None, Signer::Administrator));
    assert!(admin.needs_administrator && admin.scopes.is_empty());

    let hybrid = hybrid(&chosen, &Connected::default());
    assert_eq!(hybrid.sign_ins[0].sets, ids(&[1, 2]), "A-07: hybrid takes the Personal Sites");
    assert_eq!(hybrid.refused[0].reason, Reason::NoAccount);
}

#[test]
fn g2_fourteen_sets_of_two_accounts_are_two_sign_ins() {
    let mail = Workloads::from([Workload::Exchange]);
    let names = ["anna@contoso.com", "ben@contoso.com"];
    let chosen: Vec<_> = (0..14).map(|n: u128| set(n, CONTOSO, names[usize::from(n % 2 == 1)], &mail)).collect();
    let plan = hybrid(&chosen, &Connected::default());
    assert_eq!(plan.sign_ins.iter().map(|sign_in| sign_in.sets.len()).collect::<Vec<_>>(), [7, 7]);
}
