//! Members, whoever was invited, and what an operator or a report sees of an organization, for the same proofs.

use rekey_tests::{clock::START, databases::next_id, records};
use server::{
    seal::Sealed,
    store::{
        Scoped,
        audit::AuditRow,
        customer_links::CustomerLink,
        customers::Customer,
        exposure::Issued,
        links::Invitation,
        member_invitations::MemberInvitation,
        members::Member,
        sign_ins::SignIn,
        work::{self, NewWork, WorkKind},
    },
};
use shared::{
    api::{invitations::InvitationMail, members::MemberInvitationState, session::MemberRole},
    id::CustomerId,
    language::Language,
    time::Timestamp,
};
use std::collections::HashSet;

/// People with and without an account.
pub struct People {
    member: Member,
    removed: Member,
    joining: MemberInvitation,
    invited: [Invitation; 3],
    pages: [CustomerLink; 2],
    customer: CustomerId,
    sign_in: SignIn,
}

fn joining(customer: CustomerId) -> MemberInvitation {
    MemberInvitation {
        id: next_id(),
        role: MemberRole::Technician,
        customers: vec![customer],
        note: "For Ben".to_owned(),
        state: MemberInvitationState::Open,
        created_by: "Ann".to_owned(),
        created_at: START,
        expires_at: START.plus(60),
        claim: None,
        ended_at: None,
    }
}

fn invitation(sign_in: &SignIn) -> Invitation {
    Invitation {
        id: next_id(),
        authorization: sign_in.authorization,
        sign_in: sign_in.id,
        created_by: "Ann".to_owned(),
        created_at: START,
        expires_at: START.plus(60),
        revoked_at: None,
        used_at: None,
        recipient: Some("ann@fabrikam.example".to_owned()),
        language: Language::default(),
        mail: Some(InvitationMail::Waiting),
        mail_secret: Some(Sealed(vec![1])),
    }
}

fn page(customer: CustomerId) -> CustomerLink {
    CustomerLink {
        id: next_id(),
        customer,
        created_by: "Ann".to_owned(),
        created_at: START,
        expires_at: START.plus(60),
    }
}

/// Adds them, with events of which reports tell.
pub async fn fill(tx: &Scoped, customer: &Customer, sign_in: &SignIn) -> People {
    let (member, removed, joining) = (records::member("Ben"), records::member("Eve"), joining(customer.id));
    let invited = [(); 3].map(|()| invitation(sign_in));
    let pages = [page(customer.id), page(customer.id)];
    tx.add_member(&member, START).await.unwrap();
    tx.add_session(&records::session(&member)).await.unwrap();
    tx.choose_customers(member.id, &[customer.id]).await.unwrap();
    tx.add_member(&removed, START).await.unwrap();
    assert!(tx.remove_member(removed.id, START).await.unwrap());
    tx.add_member_invitation(&joining).await.unwrap();
    for one in &invited {
        tx.add_invitation(one).await.unwrap();
    }
    for one in &pages {
        tx.add_customer_link(one).await.unwrap();
    }
    for event in ["job_token.issued", "sign_in.stopped"] {
        let row = AuditRow {
            id: next_id(),
            sequence: None,
            at: START,
            event: event.to_owned(),
            actor: "member:ben".to_owned(),
            subject: format!("customer:{}", customer.id),
            detail: "code".to_owned(),
        };
        tx.add_audit(&row, "Ben").await.unwrap();
    }
    let (organization, kind) = (tx.organization, WorkKind::Probe);
    work::add(tx, NewWork { id: next_id(), kind, organization, subject: next_id(), due: 0 }).await.unwrap();
    People { member, removed, joining, invited, pages, customer: customer.id, sign_in: sign_in.clone() }
}

/// Names of the functions that found something.
pub async fn seen(tx: &Scoped, rows: &People) -> Vec<&'static str> {
    let (removed, customer) = (&rows.removed, rows.customer);
    let subjects = HashSet::from([format!("customer:{customer}"), format!("sign_in:{}", rows.sign_in.id)]);
    let issued = Issued { actor: None, connection: None, since: START };
    let found = [
        (
            "find_removed_member",
            tx.find_removed_member(removed.tenant, removed.object).await.unwrap() == Some(removed.id),
        ),
        ("list_customers_of_member", !tx.list_customers_of_member(rows.member.id).await.unwrap().is_empty()),
        ("find_member_invitation", tx.find_member_invitation(rows.joining.id).await.unwrap().is_some()),
        ("list_member_invitations", !tx.list_member_invitations(10).await.unwrap().is_empty()),
        ("find_invitation", tx.find_invitation(rows.invited[0].id).await.unwrap().is_some()),
        ("find_last_invitation", tx.find_last_invitation(rows.sign_in.id).await.unwrap().is_some()),
        ("list_invitations", !tx.list_invitations(None, None, None, 10).await.unwrap().is_empty()),
        ("find_mailed", tx.find_mailed(Timestamp(0), None, 0).await.unwrap().is_some()),
        ("list_standing_links", !tx.list_standing_links(&[rows.invited[0].id]).await.unwrap().is_empty()),
        ("find_customer_link", tx.find_customer_link(rows.pages[0].id, START).await.unwrap().is_some()),
        // The customer itself is among them, whoever asks.
        ("list_audit_subjects", tx.list_audit_subjects(customer).await.unwrap().len() > 1),
        ("find_customers_of_subjects", !tx.find_customers_of_subjects(&subjects).await.unwrap().is_empty()),
        ("find_authorizations_of_subjects", !tx.find_authorizations_of_subjects(&subjects).await.unwrap().is_empty()),
        ("find_audit_names", !tx.find_audit_names(&["member:ben".to_owned()]).await.unwrap().is_empty()),
        ("find_audit_batches_of", tx.find_audit_batches_of(None, None).await.unwrap().is_some()),
        ("list_audit_keys", !tx.list_audit_keys().await.unwrap().is_empty()),
        ("list_issued_tokens", !tx.list_issued_tokens(&issued, None, 10).await.unwrap().is_empty()),
        ("list_acts", !tx.list_acts(Some("member:ben"), &[], START, None, 10).await.unwrap().is_empty()),
        ("find_organization", tx.find_organization().await.unwrap().is_some_and(|found| found.name == "Contoso")),
        (
            "count_everything",
            tx.count_everything().await.unwrap().values().flat_map(|counts| counts.values()).any(|count| *count != 0),
        ),
        ("count_problems", !tx.count_problems(START).await.unwrap().is_empty()),
        ("count_work", !tx.count_work().await.unwrap().is_empty()),
    ];
    found.into_iter().filter(|(_, found)| *found).map(|(name, _)| name).collect()
}

/// Names of the functions that changed something.
pub async fn changed(tx: &Scoped, rows: &People) -> Vec<&'static str> {
    let (member, [used, revoked, mailed]) = (rows.member.id, &rows.invited);
    let done = [
        ("use_invitation", tx.use_invitation(used.id, START).await.unwrap()),
        ("revoke_invitation", tx.revoke_invitation(revoked.id, START).await.unwrap()),
        ("update_invitation_mail", tx.update_invitation_mail(mailed.id, InvitationMail::Sent).await.unwrap()),
        (
            "update_member_invitation",
            tx.update_member_invitation(&rows.joining, MemberInvitationState::Open).await.unwrap(),
        ),
        ("restore_member", tx.restore_member(&rows.removed).await.unwrap()),
        ("update_member_names", tx.update_member_names(member, "Eve", "eve@example.com").await.unwrap()),
        ("end_sessions_of", tx.end_sessions_of(member, START).await.unwrap() != 0),
        ("remove_member", tx.remove_member(member, START).await.unwrap()),
        ("revoke_customer_link", tx.revoke_customer_link(rows.pages[0].id, START).await.unwrap()),
        ("revoke_customer_links", tx.revoke_customer_links(rows.customer, START).await.unwrap() != 0),
        ("update_audit_digest", tx.update_audit_digest(1, &[1]).await.unwrap()),
    ];
    done.into_iter().filter(|(_, done)| *done).map(|(name, _)| name).collect()
}
