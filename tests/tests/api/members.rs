//! Members: invited by a link, confirmed by who invited, known by tenant and object only (T10, O6); technicians (H6); removal
//! at once (M4).

use rekey_tests::{
    app::{OUTSIDER, OWNER, TestApp, client::Client},
    app_on_both,
};
use serde_json::{Value, json};
use shared::api::{
    members::{
        ClaimMemberInvitation, ConfirmMember, InvitedView, MemberDetail, MemberInvitationCreated,
        MemberInvitationState, MemberInvitationView, OpenMemberInvitation,
    },
    session::{CreateSession, MemberRole, SignInStart},
};

app_on_both! {
    t10_o6_an_invited_person_is_a_member_once_confirmed,
    o8_dead_invitations_look_alike,
    m4_a_removed_member_is_out_at_once_and_can_come_back,
    owners_alone_decide_about_owners_and_the_last_one_stays,
}

/// A colleague of the owner's who is a member of nothing.
const TESSA: &str = "tessa.moreau@northwind.example";

async fn invite(member: &Client, role: &str) -> (MemberInvitationView, String) {
    let body = json!({ "role": role, "note": "Tessa, second line" });
    let made: MemberInvitationCreated = member.post("/api/v1/member-invitations", &body).await.ok();
    let secret = made.url.split_once("/join#").expect("a secret in the fragment").1.to_owned();
    (made.invitation, secret)
}

async fn claim(app: &TestApp, username: &str, invitation: &str) -> rekey_tests::app::client::Answer {
    let start: SignInStart = app.page().post("/api/v1/sign-ins", &json!({})).await.ok();
    let id_token = app.person(username).identify(&start).await;
    let body = ClaimMemberInvitation { invitation: invitation.to_owned(), secret: start.secret, id_token };
    app.page().post("/api/v1/member-invitations/claim", &body).await
}

async fn try_sign_in(app: &TestApp, username: &str) -> u16 {
    let start: SignInStart = app.page().post("/api/v1/sign-ins", &json!({})).await.ok();
    let id_token = app.person(username).identify(&start).await;
    app.page().post("/api/v1/session", &CreateSession { secret: start.secret, id_token, owner_link: None }).await.status
}

async fn join(app: &TestApp, member: &Client, username: &str, role: &str) -> MemberDetail {
    let (made, secret) = invite(member, role).await;
    claim(app, username, &secret).await.ok::<InvitedView>();
    let (tenant, object) = app.identity(username);
    let path = format!("/api/v1/member-invitations/{}/confirm", made.id);
    member.post(&path, &ConfirmMember { tenant, object }).await.ok()
}

async fn t10_o6_an_invited_person_is_a_member_once_confirmed(app: TestApp) {
    let member = app.member().await;
    let (made, secret) = invite(&member, "auditor").await;
    assert_eq!(made.state, MemberInvitationState::Open);
    // Opening shows who asks and changes nothing.
    let before = app.dump().await;
    let open = OpenMemberInvitation { invitation: secret.clone() };
    let shown: InvitedView = app.page().post("/api/v1/member-invitations/open", &open).await.ok();
    assert_eq!(
        (shown.organization.as_str(), shown.domain.as_deref()),
        ("Northwind Managed IT", Some("northwind.example"))
    );
    assert_eq!((shown.invited_by.as_str(), shown.claimed), ("Maya Lindqvist", false));
    rekey_tests::app::dump::assert_same(&before, &app.dump().await);
    // Nobody to confirm yet.
    let (tenant, object) = app.identity(TESSA);
    let path = format!("/api/v1/member-invitations/{}/confirm", made.id);
    let body = ConfirmMember { tenant, object };
    member.post(&path, &body).await.refused(409, "not_claimed");
    // Signing in with it makes nobody a member.
    claim(&app, TESSA, &secret).await.ok::<InvitedView>();
    assert_eq!(try_sign_in(&app, TESSA).await, 403);
    // The same person may come again; another one finds it used.
    claim(&app, TESSA, &secret).await.ok::<InvitedView>();
    claim(&app, OUTSIDER, &secret).await.refused(404, "not_found");
    let listed: Vec<MemberInvitationView> = member.get("/api/v1/member-invitations").await.ok();
    let seen = listed[0].claimed_by.clone().expect("who signed in");
    assert_eq!((seen.name.as_str(), seen.tenant, seen.object), ("Tessa Moreau", tenant, object));
    // What is confirmed is the account that was looked at.
    let (other_tenant, other) = app.identity(OUTSIDER);
    let wrong = ConfirmMember { tenant: other_tenant, object: other };
    member.post(&path, &wrong).await.refused(409, "changed_meanwhile");
    let confirmed: MemberDetail = member.post(&path, &body).await.ok();
    assert_eq!((confirmed.role, confirmed.object), (MemberRole::Auditor, object));
    member.post(&path, &body).await.refused(409, "link_over");
    // An auditor reads, also what belongs to the whole organization, and changes nothing.
    let auditor = app.session(&app.sign_in(TESSA).await);
    auditor.get("/api/v1/audit").await.ok::<Value>();
    auditor.get("/api/v1/members").await.ok::<Value>();
    let customer = json!({ "name": "New", "tenant": "adatum.com" });
    auditor.post("/api/v1/customers", &customer).await.refused(403, "role_insufficient");
    auditor
        .post("/api/v1/member-invitations", &json!({ "role": "admin", "note": "x" }))
        .await
        .refused(403, "role_insufficient");
}

async fn o8_dead_invitations_look_alike(app: TestApp) {
    let member = app.member().await;
    let (first, revoked) = invite(&member, "auditor").await;
    member.post(&format!("/api/v1/member-invitations/{}/revoke", first.id), &json!({})).await.ok::<Value>();
    join(&app, &member, TESSA, "auditor").await;
    let (_, expired) = invite(&member, "auditor").await;
    let (late, claimed) = invite(&member, "auditor").await;
    claim(&app, OUTSIDER, &claimed).await.ok::<InvitedView>();
    app.advance(7 * 24 * 3600 + 1);
    let member = app.member().await;
    let (tenant, object) = app.identity(OUTSIDER);
    let confirm = format!("/api/v1/member-invitations/{}/confirm", late.id);
    member.post(&confirm, &ConfirmMember { tenant, object }).await.refused(409, "link_over");
    let mut seen = None;
    for secret in [revoked.as_str(), &expired, &"A".repeat(43), ""] {
        let open = OpenMemberInvitation { invitation: secret.to_owned() };
        let mut problem = app.page().post("/api/v1/member-invitations/open", &open).await.refused(404, "not_found");
        problem.request_id.clear();
        let looks = format!("{problem:?}");
        assert_eq!(*seen.get_or_insert_with(|| looks.clone()), looks, "{secret}");
        claim(&app, OUTSIDER, secret).await.refused(404, "not_found");
    }
}

async fn m4_a_removed_member_is_out_at_once_and_can_come_back(app: TestApp) {
    let member = app.member().await;
    let joined = join(&app, &member, TESSA, "admin").await;
    let tessa = app.session(&app.sign_in(TESSA).await);
    tessa.get("/api/v1/customers").await.ok::<Value>();
    assert_eq!(member.post(&format!("/api/v1/members/{}/remove", joined.id), &json!({})).await.status, 204);
    assert_eq!(tessa.get("/api/v1/customers").await.status, 401);
    assert_eq!(try_sign_in(&app, TESSA).await, 403);
    let again = join(&app, &member, TESSA, "technician").await;
    assert_eq!(again.id, joined.id, "the audit log goes on about the same person");
    let tessa = app.session(&app.sign_in(TESSA).await);
    let none: Value = tessa.get("/api/v1/customers").await.ok();
    assert_eq!(none["items"], json!([]), "no customer was chosen yet");
}

async fn owners_alone_decide_about_owners_and_the_last_one_stays(app: TestApp) {
    let member = app.member().await;
    let all: Vec<MemberDetail> = member.get("/api/v1/members").await.ok();
    let owner = all.iter().find(|one| one.username == OWNER).expect("the owner").id;
    let last = format!("/api/v1/members/{owner}");
    member.post(&last, &json!({ "role": "admin" })).await.refused(409, "last_owner");
    member.post(&format!("{last}/remove"), &json!({})).await.refused(409, "last_owner");
    let tessa = join(&app, &member, TESSA, "admin").await;
    let admin = app.session(&app.sign_in(TESSA).await);
    admin.post(&last, &json!({ "role": "auditor" })).await.refused(403, "role_insufficient");
    admin.post(&format!("{last}/remove"), &json!({})).await.refused(403, "role_insufficient");
    admin
        .post(&format!("/api/v1/members/{}", tessa.id), &json!({ "role": "owner" }))
        .await
        .refused(403, "role_insufficient");
    admin
        .post("/api/v1/member-invitations", &json!({ "role": "owner", "note": "me" }))
        .await
        .refused(403, "role_insufficient");
    let customers = json!({ "role": "auditor", "customers": [uuid::Uuid::nil()] });
    member.post(&format!("/api/v1/members/{}", tessa.id), &customers).await.refused(422, "field_invalid");
    let technician = json!({ "role": "technician", "customers": [uuid::Uuid::nil()] });
    member.post(&format!("/api/v1/members/{}", tessa.id), &technician).await.refused(422, "field_invalid");
    member.post(&format!("/api/v1/members/{}", tessa.id), &json!({ "role": "owner" })).await.ok::<MemberDetail>();
    // Now the first one may go, and a sign-in of long ago decides nothing.
    app.advance(660);
    admin.post(&format!("{last}/remove"), &json!({})).await.refused(403, "sign_in_stale");
    let fresh = app.session(&app.sign_in(TESSA).await);
    assert_eq!(fresh.post(&format!("{last}/remove"), &json!({})).await.status, 204);
}
