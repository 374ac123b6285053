//! What the frame and its window read and write.

use super::{Write, Writer, ids, objects, words};
use crate::api::authorizations::RefusedSet;
use crate::api::embed::{
    ConfirmPopup, EmbedSignIn, EmbedState, EmbedView, OpenPopup, PopupOpened, PopupState, PopupTied, PopupView,
    TiePopup,
};
use crate::id::PopupId;
use crate::workload::Workload;

objects! {
    EmbedView {
        brand organization organization_id customer domain tenant origin method state waiting moved refused workloads sign_ins authorization
        popup expires_at lifetime version
    }
    EmbedSignIn { id account signer state signed_in_as steps problem done_at already_connected }
    RefusedSet { set code text instead }
    PopupOpened { id code code_until }
    PopupView { brand organization domain console code_until tries }
    PopupTied { secret }
}

ids! { PopupId }

words! {
    EmbedState {
        "unconfirmed" Unconfirmed "nothing" Nothing "ready" Ready "open" Open "working" Working "done" Done
        "stopped" Stopped
    }
    PopupState { "announced" Announced "here" Here "tied" Tied "dead" Dead }
    Workload {
        "exchange" Exchange "calendar" Calendar "contacts" Contacts "tasks" Tasks "onedrive" Onedrive
        "sharepoint" Sharepoint "personal_sites" PersonalSites "onenote" Onenote "teams" Teams "groups" Groups
        "public_folders" PublicFolders
    }
}

impl Write for OpenPopup {
    fn write(&self) -> String {
        Writer::default().text("ticket", &self.ticket).end()
    }
}

impl Write for ConfirmPopup {
    fn write(&self) -> String {
        Writer::default().text("challenge", &self.challenge).end()
    }
}

impl Write for TiePopup {
    fn write(&self) -> String {
        Writer::default().some("challenge", self.challenge.as_deref()).some("code", self.code.as_deref()).end()
    }
}
