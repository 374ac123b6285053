//! Content that belongs to the tenant rather than to one person: sites, teams with their channels, groups.
//!
//! An application with the role sees everything; a person with the permission sees as many as the scenario gives them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Call;
use super::error::GraphError;
use super::page::{page, single};
use super::samples::Kind;
use crate::clock::iso_timestamp;
use crate::scenario::{Samples, Services};
use crate::state::State;

type Answer = Result<Value, GraphError>;

/// Names of the sites below `/sites/`; the first stands for the root.
pub(crate) const SITE_NAMES: [&str; 8] = ["root", "site1", "site2", "site3", "site4", "site5", "site6", "site7"];

const SITES: [&str; 4] = ["Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All"];
const TEAMS: [&str; 3] = ["Team.ReadBasic.All", "TeamSettings.Read.All", "TeamSettings.ReadWrite.All"];
const TEAM_MEMBERS: [&str; 2] = ["TeamMember.Read.All", "TeamMember.ReadWrite.All"];
const CHANNELS: [&str; 2] = ["Channel.ReadBasic.All", "ChannelSettings.Read.All"];
const CHANNEL_MEMBERS: [&str; 2] = ["ChannelMember.Read.All", "ChannelMember.ReadWrite.All"];
const CHANNEL_MESSAGES: [&str; 1] = ["ChannelMessage.Read.All"];
const CHATS: [&str; 2] = ["Chat.Read.All", "ChatMessage.Read.All"];
const CHATS_OF_PERSON: [&str; 2] = ["Chat.Read", "Chat.ReadWrite"];
const GROUPS: [&str; 4] = ["GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All"];
const CONVERSATIONS: [&str; 3] = ["Group-Conversation.Read.All", "Group.Read.All", "Group.ReadWrite.All"];

/// What a path shows.
enum Shown {
    One(Value),
    List(Vec<Value>),
}

/// Answers a path of this kind; `None` when it is somebody else's.
pub(super) fn read(state: &mut State, call: &Call<'_>) -> Option<Answer> {
    let segments: Vec<&str> = call.path.split('/').collect();
    let shown = match segments.as_slice() {
        ["sites", rest @ ..] => sites(state, call, rest)?,
        ["teams", rest @ ..] => teams(state, call, rest)?,
        ["me", "joinedTeams"] | ["users", _, "joinedTeams"] => joined_teams(state, call),
        ["groups", rest @ ..] => groups(state, call, rest)?,
        ["users", name, "chats", "getAllMessages"] => chat_messages(state, call, name),
        ["chats", id, "messages"] | ["users", _, "chats", id, "messages"] | ["me", "chats", id, "messages"] => {
            need(call, Kind::Teams, &CHATS_OF_PERSON, &CHATS).map(|()| Shown::List(messages(call, id, 3)))
        }
        _ => return None,
    };
    Some(shown.map(|shown| match shown {
        Shown::One(value) => single(call, value),
        Shown::List(all) => page(state, call, all.len(), |index| all.get(index).cloned().unwrap_or_default()),
    }))
}

fn need(call: &Call<'_>, kind: Kind, scopes: &[&str], roles: &[&str]) -> Result<(), GraphError> {
    if call.bearer.may(scopes, roles) { Ok(()) } else { Err(kind.denied()) }
}

/// How much there is for this caller; a person needs the licence, too.
fn samples(state: &State, call: &Call<'_>, kind: Kind) -> Result<Samples, GraphError> {
    if call.bearer.is_app {
        return Ok(Samples::default());
    }
    let (account, _) = call.bearer.person(state, None)?;
    kind.check_licence(account.person.services)?;
    Ok(account.person.samples)
}

fn numbers(count: u32) -> impl Iterator<Item = usize> {
    0..usize::try_from(count).unwrap_or_default()
}

fn id(owner: Uuid, kind: &str, index: usize) -> Uuid {
    Uuid::new_v5(&owner, format!("{kind}{index}").as_bytes())
}

fn found<T>(value: Option<T>, call: &Call<'_>) -> Result<T, GraphError> {
    value.ok_or_else(|| GraphError::not_found(call.path.rsplit('/').next().unwrap_or_default()))
}

fn sites(state: &State, call: &Call<'_>, rest: &[&str]) -> Option<Result<Shown, GraphError>> {
    let all = || -> Result<Vec<Value>, GraphError> {
        need(call, Kind::Files, &SITES, &SITES)?;
        let count = samples(state, call, Kind::Files)?.sites;
        let host = state.tenant(call.bearer.tid).map(crate::scenario::Tenant::sharepoint_host).unwrap_or_default();
        let names = numbers(count).zip(SITE_NAMES);
        Ok(names.map(|(index, name)| site(call.bearer.tid, &host, index, name)).collect())
    };
    let one = |wanted: &str| {
        let all = all()?;
        let root = wanted == "root";
        let mut sites = all.into_iter().enumerate();
        let site = sites.find(|(index, site)| (root && *index == 0) || site.get("id") == Some(&json!(wanted)));
        found(site, call)
    };
    Some(match rest {
        [] | ["getAllSites"] => all().map(Shown::List),
        [wanted] => one(wanted).map(|(_, site)| Shown::One(site)),
        [wanted, "lists"] => one(wanted).map(|(index, _)| {
            let list =
                |name: &&str| json!({ "id": id(id(call.bearer.tid, "site", index), name, 0), "displayName": name });
            Shown::List(["Documents", "Site Pages", "Events"].iter().map(list).collect())
        }),
        [wanted, "drives"] => one(wanted).map(|(index, _)| {
            let drive = id(call.bearer.tid, "drive", index).simple();
            let name = "Documents";
            Shown::List(vec![json!({ "id": format!("b!{drive}"), "driveType": "documentLibrary", "name": name })])
        }),
        [wanted, "drive", "root", "children"] => one(wanted).map(|(index, _)| {
            let file = |n: usize| {
                let id = id(id(call.bearer.tid, "site", index), "file", n).simple();
                json!({ "id": format!("01{id}"), "name": format!("Plan {}.docx", n + 1), "size": 4096, "file": {} })
            };
            Shown::List((0..4).map(file).collect())
        }),
        _ => return None,
    })
}

fn site(tid: Uuid, host: &str, index: usize, name: &str) -> Value {
    let title = if index == 0 { "Communication site".to_owned() } else { format!("Team site {index}") };
    let url = if index == 0 { format!("https://{host}") } else { format!("https://{host}/sites/{name}") };
    json!({
        "id": format!("{host},{},{}", id(tid, "collection", index), id(tid, "web", index)),
        "displayName": title,
        "name": name,
        "webUrl": url,
        "siteCollection": { "hostname": host },
        "root": (index == 0).then(|| json!({})),
        "isPersonalSite": false,
    })
}

fn team(tid: Uuid, index: usize) -> Value {
    let name = if index == 0 { "Everybody".to_owned() } else { format!("Projects {index}") };
    json!({ "id": id(tid, "team", index), "displayName": name, "description": null, "isArchived": false })
}

fn joined_teams(state: &State, call: &Call<'_>) -> Result<Shown, GraphError> {
    need(call, Kind::Teams, &TEAMS, &TEAMS)?;
    let name = call.path.strip_prefix("users/").and_then(|rest| rest.split('/').next());
    let (account, _) = call.bearer.person(state, name)?;
    Kind::Teams.check_licence(account.person.services)?;
    let tid = call.bearer.tid;
    Ok(Shown::List(numbers(account.person.samples.teams).map(|index| team(tid, index)).collect()))
}

fn teams(state: &State, call: &Call<'_>, rest: &[&str]) -> Option<Result<Shown, GraphError>> {
    let tid = call.bearer.tid;
    let all = || samples(state, call, Kind::Teams).map(|samples| numbers(samples.teams).map(|n| team(tid, n)));
    let check = |wanted: &str, permissions: &[&str]| {
        need(call, Kind::Teams, permissions, permissions)?;
        let team = all()?.find(|team| team.get("id").and_then(Value::as_str) == Some(wanted));
        found(team, call)
    };
    let channels = |team: &str| {
        let owner = Uuid::parse_str(team).unwrap_or_default();
        let names = ["General", "Planning", "Leadership"].into_iter().enumerate();
        let describe = move |(index, name): (usize, &str)| {
            let private = if index == 2 { "private" } else { "standard" };
            let channel = id(owner, "channel", index).simple();
            json!({ "id": format!("19:{channel}@thread.tacv2"), "displayName": name, "membershipType": private })
        };
        names.map(describe).collect::<Vec<_>>()
    };
    let in_channel = |team: &str, channel: &str, permissions: &[&str]| {
        check(team, permissions)?;
        let all = channels(team);
        found(all.into_iter().find(|known| known.get("id") == Some(&json!(channel))), call)
    };
    Some(match rest {
        [] => need(call, Kind::Teams, &TEAMS, &TEAMS).and_then(|()| all()).map(|all| Shown::List(all.collect())),
        [team] => check(team, &TEAMS).map(Shown::One),
        [team, "members"] => check(team, &TEAM_MEMBERS).map(|_| Shown::List(members(state, call))),
        [team, "channels" | "allChannels"] => check(team, &CHANNELS).map(|_| Shown::List(channels(team))),
        [team, "channels", channel, "messages"] => {
            in_channel(team, channel, &CHANNEL_MESSAGES).map(|_| Shown::List(messages(call, channel, 6)))
        }
        [team, "channels", channel, "members"] => {
            in_channel(team, channel, &CHANNEL_MEMBERS).map(|_| Shown::List(members(state, call)))
        }
        _ => return None,
    })
}

fn members(state: &State, call: &Call<'_>) -> Vec<Value> {
    let Some(tenant) = state.tenant(call.bearer.tid) else { return Vec::new() };
    let seen = state.accounts.iter().filter_map(|account| account.seen_from(tenant));
    let describe = |(index, identity): (usize, crate::people::Identity)| {
        json!({
            "@odata.type": "#microsoft.graph.aadUserConversationMember",
            "id": id(identity.oid, "member", 0),
            "userId": identity.oid,
            "displayName": identity.display_name,
            "roles": if index == 0 { json!(["owner"]) } else { json!([]) },
        })
    };
    seen.enumerate().map(describe).collect()
}

fn messages(call: &Call<'_>, thread: &str, count: usize) -> Vec<Value> {
    let owner = Uuid::new_v5(&call.bearer.tid, thread.as_bytes());
    let describe = |index: usize| {
        json!({
            "id": (1_790_000_000_000_usize + index).to_string(),
            "etag": id(owner, "message", index),
            "messageType": "message",
            "createdDateTime": iso_timestamp(1_790_000_000_000),
            "body": { "contentType": "text", "content": format!("Message {}", index + 1) },
        })
    };
    (0..count).map(describe).collect()
}

fn chat_messages(state: &State, call: &Call<'_>, name: &str) -> Result<Shown, GraphError> {
    need(call, Kind::Teams, &[], &CHATS)?;
    let (account, identity) = call.bearer.person(state, Some(name))?;
    let services: Services = account.person.services;
    Kind::Teams.check_licence(services)?;
    Ok(Shown::List(messages(call, &identity.oid.to_string(), 5)))
}

fn groups(state: &State, call: &Call<'_>, rest: &[&str]) -> Option<Result<Shown, GraphError>> {
    let tid = call.bearer.tid;
    let directory = |permissions: &[&str]| {
        if call.bearer.may(permissions, permissions) { Ok(()) } else { Err(GraphError::denied()) }
    };
    let group = |index: usize| {
        let name = if index == 0 { "Everybody".to_owned() } else { format!("Projects {index}") };
        json!({
            "id": id(tid, "team", index),
            "displayName": name,
            "groupTypes": ["Unified"],
            "mailEnabled": true,
            "securityEnabled": false,
            "visibility": if index == 2 { "HiddenMembership" } else { "Private" },
        })
    };
    let all = || (0..3).map(group);
    let check = |wanted: &str, permissions: &[&str]| {
        directory(permissions)?;
        found(all().find(|group| group.get("id").and_then(Value::as_str) == Some(wanted)), call)
    };
    Some(match rest {
        [] => directory(&GROUPS).map(|()| Shown::List(all().collect())),
        [wanted] => check(wanted, &GROUPS).map(Shown::One),
        [wanted, "members" | "owners"] => check(wanted, &GROUPS).map(|group| {
            // Hidden member lists look empty to whoever may not see them.
            let hidden = group.get("visibility") == Some(&json!("HiddenMembership"));
            let may = ["Member.Read.Hidden", "Directory.Read.All"];
            let shown = !hidden || call.bearer.may(&may, &may);
            Shown::List(if shown { people(state, call) } else { Vec::new() })
        }),
        [wanted, "conversations"] => check(wanted, &CONVERSATIONS).map(|group| {
            let topic =
                |n: usize| json!({ "id": format!("AAQk{n}"), "topic": format!("Topic {n}"), "of": group["id"] });
            Shown::List((0..2).map(topic).collect())
        }),
        _ => return None,
    })
}

fn people(state: &State, call: &Call<'_>) -> Vec<Value> {
    let Some(tenant) = state.tenant(call.bearer.tid) else { return Vec::new() };
    let seen = state.accounts.iter().filter_map(|account| account.seen_from(tenant));
    seen.map(|identity| json!({ "@odata.type": "#microsoft.graph.user", "id": identity.oid })).collect()
}
