//! The bulk desk at a browser: two hundred sets of six customers planned, started, watched, held (F6, F10, G1 to G3, H1).

use rekey_tests::browser::{Browser, Stage};
use std::{fmt::Write as _, path::PathBuf};

/// The narrow pictures, in pixels.
const NARROW: u32 = 360;
const BACKUP: &str = "backup@contoso.com";

/// Whose sets the list has: name, tenant, account, how many.
const LIST: [(&str, &str, &str, usize); 6] = [
    ("Contoso Ltd", "contoso.com", BACKUP, 30),
    ("Fabrikam Inc.", "fabrikam.com", "backup@fabrikam.com", 40),
    ("Adatum Corporation", "adatum.com", "kim.larsen@adatum.com", 30),
    ("Litware Dental", "3f1d2c4b-0000-4000-8000-0000000000a1", "office@litware.example", 35),
    ("Tailspin Toys", "3f1d2c4b-0000-4000-8000-0000000000a2", "it@tailspin.example", 35),
    ("Wingtip Logistics", "3f1d2c4b-0000-4000-8000-0000000000a3", "backup@wingtip.example", 30),
];

/// Two hundred sets: mostly an account's own data, some of a whole tenant, some behind an old client.
fn list(stage: &Stage) -> PathBuf {
    let mut csv =
        "external_id,name,customer,tenant,account,account_role,covers,workloads,region,client_version\n".to_owned();
    for (customer, tenant, account, sets) in LIST {
        let short = &customer[..3].to_uppercase();
        for number in 0..sets {
            let (covers, data) =
                if number % 10 == 9 { ("whole_tenant", "exchange") } else { ("own_account", "onedrive") };
            let client = if number == 7 && account != BACKUP { "8.3.4.0" } else { "9.1.2.0" };
            let account = if number % 3 == 1 && account != BACKUP {
                format!("person{number}.{account}")
            } else {
                account.to_owned()
            };
            writeln!(
                csv,
                "{short}-B{number:03},Set {number:03},{customer},{tenant},{account},ordinary,{covers},{data},global,{client}"
            )
            .unwrap();
        }
    }
    let path = stage.demo.data().join("two-hundred.csv");
    std::fs::write(&path, csv).unwrap();
    path
}

async fn number(window: &Browser, css: &str) -> u64 {
    window.read(css, "").await.replace(',', "").trim().parse().expect("a number")
}

#[tokio::test]
async fn g1_two_hundred_sets_of_six_customers_move_together() {
    let stage = Stage::with_sample().await;
    let owner = stage.demo.account(&stage.demo.ready.owner_sign_in);
    // An account that is connected already: later sets of it need no sign-in.
    let holder = stage.browser().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    holder.connect_as(&link.url, &stage.demo.account(BACKUP)).await;
    holder.presses("save").await;
    holder.sees_page("done").await;
    let window = stage.browser().await;
    window.enter_portal(&owner).await;
    window.offer_list(&list(&stage)).await;
    window.confirm_list().await;

    // All that match, not only those on screen.
    window.open("/backup-sets?method=basic&query=Set").await;
    window.see("[data-test=plan-all]").await;
    window.read("[data-test=plan-all]", "200").await;
    window.click("[data-test=plan-all]").await;
    window.arrive("/waves/new").await;
    window.see_exactly("[data-test=plan] tbody tr", 6).await;
    assert_eq!(window.count("[data-test=numbers] li").await, 5);
    let sets = number(&window, "[data-test=numbers] li:nth-child(1) b").await;
    let free = number(&window, "[data-test=numbers] li:nth-child(4) b").await;
    let refused = number(&window, "[data-test=numbers] li:nth-child(5) b").await;
    assert_eq!((sets, refused), (195, 5), "five customers have one set behind an old client");
    assert!(free > 0, "the connected account's sets need no sign-in");
    window.read("[data-test=stay]", "client").await;
    window.portraits("wave-plan", NARROW).await;
    window.is_accessible("the plan of a wave").await;
    // Another method is another plan, and the address keeps it.
    window.click("[data-test=aim-modern]").await;
    window.read("h1", "195 sets of 6 customers with 6 sign-ins").await;
    assert!(window.address().await.contains("aim=modern"));
    window.click("[data-test=aim-recommended]").await;
    window.read("h1", "195 sets of 6 customers with 58 sign-ins").await;
    window.read("[data-test=plan]", "person1").await;
    window.fill("#wave-name", "Before Christmas").await;
    window.click("[data-test=start-wave]").await;

    // It moves by itself, and everybody sees it.
    window.arrive("/waves/").await;
    window.see("[data-test=wave][data-state='Under way']").await;
    window.hears(&format!("{free} of 195 sets have moved")).await;
    window.click("[data-test=pause]").await;
    window.see("[data-test=wave][data-state=Paused]").await;
    window.see("[data-item][data-state=Held]").await;
    window.portraits("wave-paused", NARROW).await;
    window.click("[data-test=resume]").await;
    window.see("[data-test=wave][data-state='Under way']").await;
    window.click("[data-test=make-invitations]").await;
    window.see("[data-test=links] li").await;
    window.see("[data-item][data-state='Has a link']").await;
    window.reload().await;
    window.see("[data-item][data-state='Has a link']").await;
    assert_eq!(window.count("[data-test=links]").await, 0, "links are shown once");
    window.portraits("wave", NARROW).await;
    window.is_accessible("a wave").await;
    window.click(".tabs a[href*='show=over']").await;
    window.see_exactly("[data-item]", 1).await;

    window.open("/waves").await;
    window.read("[data-test=waves]", "Before Christmas").await;
    window.see("[data-end=ews]").await;
    window.portraits("waves", NARROW).await;
    window.is_accessible("the list of waves").await;

    // H1: the fleet, the worst first, its filters in the address.
    window.open("/customers").await;
    window.see_exactly("[data-test=customers] tbody tr", 6).await;
    window.portraits("fleet", NARROW).await;
    window.click("[data-test=chip-set_up_open] input").await;
    window.reload().await;
    window.see("[data-test=customers] tbody tr[data-health=set_up_open]").await;
    assert!(window.address().await.contains("health=set_up_open"));
    window.is_accessible("the list of customers").await;
}
