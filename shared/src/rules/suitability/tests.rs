use super::*;
use Workload::{Contacts, Exchange, Groups, Onedrive, Onenote, PersonalSites, PublicFolders, Sharepoint, Teams};

const ENOUGH: Option<ClientVersion> = Some(ClientVersion([8, 3, 6, 0]));

fn facts(workloads: &Workloads, covers: Covers) -> SetFacts<'_> {
    SetFacts {
        method: Method::Basic,
        workloads,
        covers,
        has_account: true,
        account_role: AccountRole::Ordinary,
        region: Region::Global,
        client_version: ENOUGH,
    }
}

fn ask(workloads: &[Workload], covers: Covers) -> Suitability {
    let workloads = workloads.iter().copied().collect();
    suitability(&facts(&workloads, covers), &RuleSwitches::default())
}

/// Method, workloads, covers; then the refusal of hybrid, the refusal of modern, and what is recommended.
type Row = (&'static [Workload], Covers, Option<Reason>, Option<Reason>, Option<Method>, Reason);

#[test]
fn f4_the_rules_as_a_table() {
    use Covers::{ListedAccounts, OwnAccount, WholeTenant};
    use Method::{Hybrid, Modern};
    use Reason as R;
    let others = Some(R::CoversOtherPeople);
    let table: &[Row] = &[
        (&[Exchange], OwnAccount, None, None, Some(Hybrid), R::OwnDataFitsHybrid),
        (&[Onedrive, Contacts], OwnAccount, None, None, Some(Hybrid), R::OwnDataFitsHybrid),
        (&[Exchange], ListedAccounts, others, None, Some(Modern), R::OtherPeopleNeedModern),
        (&[Exchange, Sharepoint], WholeTenant, others, None, Some(Modern), R::OtherPeopleNeedModern),
        (&[PersonalSites], OwnAccount, None, Some(R::PersonalSitesWait), Some(Hybrid), R::OnlyHybridReaches),
        (&[Exchange, PersonalSites], OwnAccount, None, Some(R::PersonalSitesWait), Some(Hybrid), R::OnlyHybridReaches),
        (&[PersonalSites], WholeTenant, others, Some(R::PersonalSitesWait), None, R::NothingFits),
        (&[Exchange, PersonalSites], WholeTenant, others, Some(R::PersonalSitesWait), None, R::SplitReaches),
        (&[Onenote], OwnAccount, None, Some(R::OnenoteNeedsAPerson), Some(Hybrid), R::OnlyHybridReaches),
        (&[Exchange, Onenote], ListedAccounts, others, Some(R::OnenoteNeedsAPerson), None, R::SplitReaches),
        (&[Groups], OwnAccount, Some(R::GroupsNeedModern), None, Some(Modern), R::OnlyModernReaches),
        (&[Groups], WholeTenant, Some(R::GroupsNeedModern), None, Some(Modern), R::OtherPeopleNeedModern),
        (
            &[Groups, Onenote],
            OwnAccount,
            Some(R::GroupsNeedModern),
            Some(R::OnenoteNeedsAPerson),
            None,
            R::SplitReaches,
        ),
        (
            &[PublicFolders],
            OwnAccount,
            Some(R::PublicFoldersHaveNoWay),
            Some(R::PublicFoldersHaveNoWay),
            None,
            R::NothingFits,
        ),
        (
            &[Exchange, PublicFolders],
            WholeTenant,
            Some(R::PublicFoldersHaveNoWay),
            Some(R::PublicFoldersHaveNoWay),
            None,
            R::SplitReaches,
        ),
        (&[], OwnAccount, Some(R::NoWorkloads), Some(R::NoWorkloads), None, R::NothingFits),
    ];
    for (workloads, covers, hybrid, modern, recommended, reason) in table {
        let answer = ask(workloads, *covers);
        let found = (answer.hybrid.refusal(), answer.modern.refusal(), answer.recommended, answer.reason);
        assert_eq!(found, (*hybrid, *modern, *recommended, *reason), "{workloads:?} {covers:?}");
        assert_eq!(answer.why_move, Some(Reason::StoredPasswordsEnded), "A-02");
    }
}

#[test]
fn a05_only_basic_sets_move() {
    let workloads = Workloads::from([Exchange]);
    for method in [Method::Hybrid, Method::Modern] {
        let answer =
            suitability(&SetFacts { method, ..facts(&workloads, Covers::OwnAccount) }, &RuleSwitches::default());
        for to in [Method::Hybrid, Method::Modern] {
            let verdict = answer.verdict(to).expect("both have a verdict");
            assert!(!verdict.is_possible(), "{method:?} to {to:?}");
            assert_eq!(*verdict == Verdict::AlreadyThere, to == method);
        }
        assert_eq!((answer.recommended, answer.why_move), (None, None));
        assert_eq!(answer.verdict(Method::Basic), None);
    }
}

#[test]
fn a01_a02_a_basic_set_gets_a_suggestion_with_its_reason() {
    let answer = ask(&[Exchange], Covers::OwnAccount);
    assert!(answer.hybrid.is_possible() && answer.modern.is_possible(), "suggested, not forced");
    assert!(answer.why_move.is_some_and(|why| why.text().contains("no longer accepts stored passwords")));
}

#[test]
fn a03_an_older_client_is_updated_first() {
    let workloads = Workloads::from([Exchange]);
    let at = |version| {
        let facts = SetFacts { client_version: version, ..facts(&workloads, Covers::OwnAccount) };
        suitability(&facts, &RuleSwitches::default())
    };
    for old in ["8.3.5.9", "8.3.6", "7.99.99.99"].map(|text| (text, ClientVersion::parse(text))) {
        let expected_old = old.1 < ENOUGH;
        let answer = at(old.1);
        assert_eq!(matches!(answer.hybrid, Verdict::UpdateFirst { .. }), expected_old, "{}", old.0);
        assert_eq!(answer.recommended.is_none(), expected_old, "{}", old.0);
        assert_eq!(answer.after_update, expected_old.then_some(Method::Hybrid));
        assert_eq!(answer.reason == Reason::ClientTooOld, expected_old);
    }
    for enough in ["8.3.6.0", "8.3.6.1", "9", "10.0.0.0"] {
        assert_eq!(at(ClientVersion::parse(enough)).recommended, Some(Method::Hybrid), "{enough}");
    }
    let unknown = at(None);
    assert_eq!(unknown.hybrid, Verdict::Possible { notes: vec![Reason::ClientVersionUnknown] });
}

#[test]
fn a03_updating_is_not_suggested_where_it_would_not_help() {
    let workloads = Workloads::from([PublicFolders]);
    let facts = SetFacts { client_version: ClientVersion::parse("8.3.4.0"), ..facts(&workloads, Covers::OwnAccount) };
    let answer = suitability(&facts, &RuleSwitches::default());
    assert_eq!(answer.hybrid.refusal(), Some(Reason::PublicFoldersHaveNoWay));
    assert_eq!((answer.reason, answer.after_update), (Reason::NothingFits, None));
}

#[test]
fn a07_personal_sites_go_to_hybrid_for_now_and_the_rule_can_be_switched_off() {
    let workloads = Workloads::from([PersonalSites]);
    let facts = facts(&workloads, Covers::OwnAccount);
    let on = suitability(&facts, &RuleSwitches::default());
    assert_eq!(on.modern.refusal(), Some(Reason::PersonalSitesWait));
    assert_eq!(on.hybrid, Verdict::Possible { notes: vec![Reason::PersonalSitesWorkaround] });
    let off = suitability(&facts, &RuleSwitches { personal_sites_block_modern: false, ..RuleSwitches::default() });
    assert_eq!(
        (&off.modern, &off.hybrid),
        (&Verdict::Possible { notes: vec![] }, &Verdict::Possible { notes: vec![] })
    );
}

#[test]
fn a07_the_second_switch_keeps_sharepoint_sites_from_modern() {
    let workloads = Workloads::from([Sharepoint]);
    let facts = facts(&workloads, Covers::OwnAccount);
    assert!(suitability(&facts, &RuleSwitches::default()).modern.is_possible(), "off by default");
    let on = RuleSwitches { sharepoint_sites_block_modern: true, ..RuleSwitches::default() };
    assert_eq!(suitability(&facts, &on).modern.refusal(), Some(Reason::SharepointSitesWait));
}

#[test]
fn a_set_without_account_or_outside_the_worldwide_cloud() {
    let workloads = Workloads::from([Exchange]);
    let nobody = SetFacts { has_account: false, ..facts(&workloads, Covers::OwnAccount) };
    let answer = suitability(&nobody, &RuleSwitches::default());
    assert_eq!((answer.hybrid.refusal(), answer.recommended), (Some(Reason::NoAccount), Some(Method::Modern)));
    for region in [Region::UsGov, Region::UsDod, Region::China] {
        let answer =
            suitability(&SetFacts { region, ..facts(&workloads, Covers::OwnAccount) }, &RuleSwitches::default());
        assert_eq!(answer.hybrid.refusal(), Some(Reason::CloudNotSetUp), "{region:?}");
        assert_eq!(answer.modern.refusal(), Some(Reason::ModernOnlyGlobal), "{region:?}");
        assert_eq!((answer.recommended, answer.split), (None, None));
        let divided = Workloads::from([Exchange, PublicFolders]);
        let elsewhere = SetFacts { region, ..facts(&divided, Covers::OwnAccount) };
        assert_eq!(suitability(&elsewhere, &RuleSwitches::default()).split, None, "no part would have a way");
    }
}

#[test]
fn the_split_gives_each_part_the_method_that_reaches_it() {
    let split = |workloads: &[Workload], covers| {
        let offer = ask(workloads, covers).split?;
        let list = |part: Workloads| part.into_iter().collect::<Vec<_>>();
        Some((list(offer.hybrid_part), list(offer.modern_part), list(offer.left_part)))
    };
    let whole = Covers::WholeTenant;
    assert_eq!(split(&[Exchange, PersonalSites], whole), Some((vec![PersonalSites], vec![Exchange], vec![])));
    assert_eq!(
        split(&[Exchange, Onenote, PublicFolders], Covers::ListedAccounts),
        Some((vec![Onenote], vec![Exchange], vec![PublicFolders]))
    );
    assert_eq!(
        split(&[Teams, Groups, Onenote], Covers::OwnAccount),
        Some((vec![Onenote, Teams], vec![Groups], vec![]))
    );
    assert_eq!(split(&[Exchange, PersonalSites], Covers::OwnAccount), None, "hybrid takes all of it");
    assert_eq!(split(&[Exchange, Teams], whole), None, "modern takes all of it");
    assert_eq!(split(&[PersonalSites], whole), None, "there is nothing to divide");
}

#[test]
fn a_split_needs_an_account_for_its_hybrid_part() {
    let workloads = Workloads::from([Exchange, Onenote]);
    let facts = SetFacts { has_account: false, ..facts(&workloads, Covers::WholeTenant) };
    let offer = suitability(&facts, &RuleSwitches::default()).split.expect("an offer");
    assert!(offer.hybrid_part.is_empty() && offer.left_part.contains(&Onenote));
}

#[test]
fn every_refusal_of_a_set_is_told_the_deciding_one_first() {
    let Verdict::NotSuitable { reason, also } = ask(&[Exchange, Groups], Covers::WholeTenant).hybrid else {
        panic!("hybrid cannot take groups");
    };
    assert_eq!((reason, also), (Reason::GroupsNeedModern, vec![Reason::CoversOtherPeople]));
}

#[test]
fn what_is_recommended_is_always_possible() {
    for bits in 0..(1_u32 << Workload::ALL.len()) {
        let chosen = (0..).zip(Workload::ALL).filter(|(bit, _)| bits & (1 << bit) != 0);
        let workloads: Workloads = chosen.map(|(_, workload)| workload).collect();
        for covers in Covers::ALL {
            let answer = suitability(&facts(&workloads, covers), &RuleSwitches::default());
            let any = answer.hybrid.is_possible() || answer.modern.is_possible();
            assert_eq!(answer.recommended.is_some(), any);
            assert!(answer.recommended.and_then(|to| answer.verdict(to)).is_none_or(Verdict::is_possible));
            if let Some(split) = answer.split {
                let parts = [split.hybrid_part, split.modern_part, split.left_part];
                assert_eq!(
                    parts.iter().map(Workloads::len).sum::<usize>(),
                    workloads.len(),
                    "nothing is lost or doubled"
                );
            }
        }
    }
}
