use super::*;
use proptest::prelude::*;
use shared::{id::TenantId, workload::Workload};

const HEADER: &str = "external_id,name,customer,tenant,account,account_role,covers,workloads,region,client_version,method,contact,contact_language";
const LEAST: &str = "external_id,name,customer,tenant,account,workloads";
const GOOD: &str = "s1,Mail,Contoso,contoso.com,anna@contoso.com,exchange";

fn parse_as(format: Format, pieces: &[&[u8]]) -> Result<ImportFile, FileError> {
    let mut parser = Parser::new(format);
    for piece in pieces {
        parser.push(piece)?;
    }
    parser.finish()
}

fn csv(text: &str) -> Result<ImportFile, FileError> {
    parse_as(Format::Csv, &[text.as_bytes()])
}

fn json(text: &str) -> ImportFile {
    parse_as(Format::JsonLines, &[text.as_bytes()]).expect("the file as a whole is right")
}

fn rows(text: &str) -> ImportFile {
    csv(&format!("{LEAST}\n{text}\n")).expect("the file as a whole is right")
}

/// The field and the reason of the only bad line.
fn bad(file: &ImportFile) -> (Option<&str>, &str) {
    assert_eq!((file.bad, file.sets.len(), file.bad_lines.len()), (1, 0, 1), "{file:?}");
    (file.bad_lines[0].field.as_deref(), &file.bad_lines[0].reason)
}

#[test]
fn a_line_with_every_column_is_read() {
    let line = "s-1,\"Mail, \"\"Anna\"\"\",Contoso Ltd,Contoso.COM,Anna@contoso.com,global_administrator,listed_accounts,exchange;calendar|contacts,us_gov,8.3.6,hybrid,it@contoso.com,de";
    let file = csv(&format!("{HEADER}\r\n{line}\r\n")).unwrap();
    let expected = ImportLine {
        line: 2,
        external_id: "s-1".into(),
        name: "Mail, \"Anna\"".into(),
        customer: "Contoso Ltd".into(),
        tenant: TenantRef::Domain("contoso.com".into()),
        account: Some("Anna@contoso.com".into()),
        account_role: AccountRole::GlobalAdministrator,
        covers: Covers::ListedAccounts,
        workloads: Workloads::from([Workload::Exchange, Workload::Calendar, Workload::Contacts]),
        region: Region::UsGov,
        client_version: Some(ClientVersion([8, 3, 6, 0])),
        method: Method::Hybrid,
        contact: Some(Contact { address: "it@contoso.com".into(), language: Some(Language::De) }),
    };
    assert_eq!(file, ImportFile { sets: vec![expected], bad_lines: vec![], bad: 0, lines: 1 });
}

#[test]
fn absent_columns_and_empty_values_mean_their_defaults() {
    let with_empty = format!("{HEADER}\ns1,Mail,Contoso,contoso.com,,,,exchange,,,,,\n");
    for text in [with_empty, format!("{LEAST}\ns1,Mail,Contoso,contoso.com,,exchange")] {
        let set = csv(&text).unwrap().sets.remove(0);
        assert_eq!((set.covers, set.region, set.account_role), Default::default());
        assert_eq!((set.method, set.account, set.client_version), (Method::Basic, None, None));
    }
}

#[test]
fn comma_semicolon_bom_and_line_ends_read_alike() {
    let comma = format!("{LEAST}\n{GOOD}\n");
    let expected = csv(&comma).unwrap();
    let semicolon = comma.replace(',', ";");
    let variants = [
        format!("\u{feff}{comma}"),
        comma.replace('\n', "\r\n"),
        semicolon.clone(),
        format!("\u{feff}{}", semicolon.replace('\n', "\r\n")),
        comma.trim_end().to_owned(),
        comma.replace("external_id", " External_ID "),
        comma.replace("s1", "\"s1\""),
        format!("\n\n{comma}").replace("\n\n", ""),
    ];
    for variant in variants {
        assert_eq!(csv(&variant), Ok(expected.clone()), "{variant:?}");
        let bytes: Vec<_> = variant.as_bytes().chunks(1).collect();
        assert_eq!(parse_as(Format::Csv, &bytes), Ok(expected.clone()), "byte by byte: {variant:?}");
    }
}

#[test]
fn workloads_are_separated_by_bar_or_quoted_semicolon() {
    let header = LEAST.replace(',', ";");
    for workloads in ["exchange|onenote", "\"exchange;onenote\"", "\"exchange; onenote;\"", "onenote|exchange|onenote"]
    {
        let line = format!("s1;Mail;Contoso;contoso.com;;{workloads}");
        let file = csv(&format!("{header}\n{line}")).unwrap();
        assert_eq!(file.sets[0].workloads, Workloads::from([Workload::Exchange, Workload::Onenote]), "{workloads}");
    }
    let file = csv(&format!("{header}\ns1;Mail;Contoso;contoso.com;;exchange;onenote")).unwrap();
    assert!(bad(&file).1.contains("write workloads with |"), "{file:?}");
}

#[test]
fn the_header_is_refused_by_name() {
    let refused = |header: &str| csv(&format!("{header}\n{GOOD}\n")).expect_err("refused");
    assert_eq!(refused("external_id,nmae"), FileError::UnknownColumn("nmae".into()));
    assert_eq!(refused(&format!("{LEAST},password")), FileError::UnknownColumn("password".into()));
    assert_eq!(refused(&format!("{LEAST},Name")), FileError::RepeatedColumn("name"));
    assert_eq!(refused(&LEAST.replace("tenant,", "")), FileError::MissingColumn("tenant"));
    assert_eq!(refused(&format!("{LEAST},\"")), FileError::Header(LineError::Quotes));
    assert_eq!(refused(&LEAST.replace(',', "\t")), FileError::UnknownColumn(shown_tabs(LEAST)));
    assert!(refused("nmae").to_string().contains("external_id, name, customer"), "the message lists the columns");
}

fn shown_tabs(header: &str) -> String {
    fields::shown(&header.replace(',', "\t"))
}

#[test]
fn other_encodings_are_told_clearly() {
    let text = format!("{LEAST}\n{GOOD}\n");
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(parse_as(Format::Csv, &[&utf16]), Err(FileError::Utf16));
    let latin1 =
        [LEAST.as_bytes(), b"\ns1,B\xfcro,C,contoso.com,,exchange\n", GOOD.replace("s1", "s2").as_bytes()].concat();
    let file = parse_as(Format::Csv, &[&latin1]).unwrap();
    assert_eq!((file.sets.len(), file.bad_lines[0].line), (1, 2));
    assert!(file.bad_lines[0].reason.contains("UTF-8"));
}

#[test]
fn each_bad_value_is_named_with_its_field() {
    let long = "x".repeat(201);
    for (row, field, word) in [
        (",Mail,C,contoso.com,,exchange", "external_id", "missing"),
        ("s1,,C,contoso.com,,exchange", "name", "missing"),
        ("s1,Mail, ,contoso.com,,exchange", "customer", "missing"),
        ("s1,Mail,C,,,exchange", "tenant", "missing"),
        ("s1,Mail,C,contoso,,exchange", "tenant", "“contoso” is not a domain"),
        ("s1,Mail,C,9188040d-6c67-4c5b-b112-36a304b66dad,,exchange", "tenant", "personal"),
        ("s1,Mail,C,contoso.com,anna,exchange", "account", "“anna” is not an account"),
        ("s1,Mail,C,contoso.com,,", "workloads", "missing"),
        ("s1,Mail,C,contoso.com,,|", "workloads", "missing"),
        ("s1,Mail,C,contoso.com,,exchnage", "workloads", "“exchnage” is not known here. Known are exchange, calendar"),
        ("s1,Ma\u{7}il,C,contoso.com,,exchange", "name", "control characters"),
        ("s1,Mail\u{202e}x,C,contoso.com,,exchange", "name", "control characters"),
        (&format!("s1,{long},C,contoso.com,,exchange"), "name", "longer than 200"),
    ] {
        let file = rows(row);
        let (found, reason) = bad(&file);
        assert!(found == Some(field) && reason.contains(word), "{row}: {found:?} {reason}");
    }
    for (column, value) in [
        ("account_role", "owner"),
        ("covers", "everything"),
        ("region", "mars"),
        ("client_version", "8.x"),
        ("client_version", "1.2.3.4.5"),
        ("method", "oauth"),
    ] {
        let file = csv(&format!("{LEAST},{column}\n{GOOD},{value}")).unwrap();
        let (found, reason) = bad(&file);
        assert!(found == Some(column) && reason.contains(value), "{column}: {reason}");
    }
}

#[test]
fn tenants_are_ids_or_domains_and_nothing_else() {
    let tenant = |text: &str| rows(&format!("s1,Mail,C,{text},,exchange")).sets.pop().map(|set| set.tenant);
    let id: TenantId = "7d4f0c62-9a1e-4b58-8c3d-51e0f2a97b16".parse().unwrap();
    assert_eq!(tenant("7D4F0C62-9A1E-4B58-8C3D-51E0F2A97B16"), Some(TenantRef::Id(id)));
    for good in ["contoso.com", "contoso.onmicrosoft.com", "a-b.co.uk", "xn--bcher-kva.example", "3m.com"] {
        assert_eq!(tenant(good), Some(TenantRef::Domain(good.to_owned())));
    }
    let nil = "00000000-0000-0000-0000-000000000000";
    let plain_id = "7d4f0c629a1e4b588c3d51e0f2a97b16";
    for wrong in [
        "contoso",
        ".com",
        "contoso.",
        "a..com",
        "-a.com",
        "a-.com",
        "a b.com",
        "a_b.com",
        "bücher.example",
        "127.0.0.1",
        "contoso.com/x",
        "contoso.com:443",
        "https://contoso.com",
        "contoso.com?",
        "@contoso.com",
        "common",
        nil,
        plain_id,
        &format!("{}.com", "a".repeat(64)),
        &format!("{}com", "abc.".repeat(63)),
    ] {
        assert_eq!(tenant(wrong), None, "{wrong}");
    }
}

#[test]
fn accounts_look_like_microsofts() {
    let account =
        |text: &str| rows(&format!("s1,Mail,C,contoso.com,{text},exchange")).sets.pop().and_then(|set| set.account);
    for good in ["anna@contoso.com", "O'Neil.x-y_z+1@Sub.Contoso.com", "a_b.com#EXT#@contoso.onmicrosoft.com"] {
        assert_eq!(account(good).as_deref(), Some(good));
    }
    for wrong in [
        "anna",
        "@contoso.com",
        "anna@",
        "anna@contoso",
        "a@b@contoso.com",
        "an na@contoso.com",
        "<a>@contoso.com",
        "änna@contoso.com",
        "Anna <anna@contoso.com>",
        &format!("{}@contoso.com", "a".repeat(65)),
    ] {
        assert_eq!(account(wrong), None, "{wrong}");
    }
}

#[test]
fn an_id_twice_is_refused_naming_both_lines() {
    let file = rows(&format!("{GOOD}\n\n{}\n{GOOD}", GOOD.replace("s1", "s2")));
    assert_eq!((file.sets.len(), file.lines, file.bad), (2, 3, 1));
    let line = &file.bad_lines[0];
    assert_eq!((line.line, line.field.as_deref()), (5, Some("external_id")));
    assert_eq!(line.reason, "Lines 2 and 5 have the same id “s1”. Each set stands once.");
    let file = rows(&format!("s1,,C,contoso.com,,exchange\n{GOOD}"));
    assert_eq!((file.sets.len(), file.bad), (0, 2), "the id of a bad line is taken as well");
}

#[test]
fn a_forgotten_quote_costs_one_line() {
    for broken in
        ["s1,\"Mail,C,contoso.com,,exchange", "s1,Ma\"il,C,contoso.com,,exchange", "s1,\"Mail\"x,C,c.com,,exchange"]
    {
        let file = rows(&format!("{broken}\n{}", GOOD.replace("s1", "s2")));
        assert_eq!((file.sets.len(), file.bad, file.bad_lines[0].line), (1, 1, 2), "{broken}");
        assert!(file.bad_lines[0].reason.contains("quote"), "{broken}");
    }
    let file = rows("s1,Mail,C,contoso.com,exchange");
    assert_eq!(bad(&file), (None, "The line has 5 fields, the first line names 6."));
    let file = rows("s1,Ma\ril,C,contoso.com,,exchange");
    assert!(bad(&file).1.contains("control"));
}

#[test]
fn json_lines_are_read_like_csv() {
    let line = r#"{"external_id":"s1","name":"Mail","customer":"Contoso","tenant":"contoso.com","account":"anna@contoso.com","workloads":"exchange"}"#;
    let from_csv = ImportLine { line: 1, ..rows(GOOD).sets.remove(0) };
    assert_eq!(json(line).sets, std::slice::from_ref(&from_csv));
    let array = line.replace("\"exchange\"", r#"["exchange"]"#).replace('}', r#","covers":null}"#);
    assert_eq!(json(&format!("\u{feff}{array}\r\n\r\n")).sets, [from_csv]);
}

#[test]
fn json_lines_are_refused_by_field() {
    let line = r#"{"external_id":"s1","name":"Mail","customer":"C","tenant":"contoso.com","workloads":["exchange"]}"#;
    let with = |from: &str, to: &str| json(&line.replace(from, to));
    assert_eq!(bad(&with("\"name\"", "\"nmae\"")).0, Some("nmae"));
    assert_eq!(bad(&with("\"Mail\"", "1")).0, Some("name"));
    assert_eq!(bad(&with("\"Mail\"", "[\"Mail\"]")).0, Some("name"));
    assert_eq!(bad(&with("\"exchange\"", "1")).0, Some("workloads"));
    assert_eq!(bad(&with("\"name\":\"Mail\"", "\"name\":\"a\",\"name\":\"b\"")).0, Some("name"));
    assert_eq!(bad(&with("\"name\":\"Mail\",", "")).0, Some("name"));
    for broken in ["[]", "null", "{", "\"x\"", &format!("{line}{line}"), &"[".repeat(5000), &"{\"a\":".repeat(3000)] {
        assert_eq!(bad(&json(broken)), (None, "The line is not one JSON object."));
    }
}

#[test]
fn sizes_are_capped() {
    let mut parser = Parser::new(Format::Csv);
    let megabyte = [" ".repeat(8191).as_bytes(), b"\n"].concat().repeat(128);
    for _ in 0..64 {
        parser.push(&megabyte).unwrap();
    }
    assert_eq!(parser.push(b"\n"), Err(FileError::TooLarge));
    assert_eq!(parser.push(b""), Err(FileError::TooLarge), "stays refused");
    assert_eq!(parser.finish(), Err(FileError::TooLarge));

    let mut parser = Parser::new(Format::JsonLines);
    let outcome = (0..=MOST_LINES).try_for_each(|_| parser.push(b"{}\n"));
    assert_eq!(outcome, Err(FileError::TooManyLines));

    let file = rows(&format!("{}\n{GOOD}", "x".repeat(20_000)));
    assert_eq!((file.sets.len(), file.bad_lines[0].reason.as_str()), (1, "The line is longer than 16 KiB."));
    for empty in ["", "\n\n", "\u{feff}", HEADER, &format!("{HEADER}\n \n")] {
        assert_eq!(csv(empty), Err(FileError::Empty), "{empty}");
    }
}

#[test]
fn a_hundred_thousand_lines_stream_and_bad_ones_are_counted() {
    let mut parser = Parser::new(Format::Csv);
    parser.push(format!("{LEAST}\n").as_bytes()).unwrap();
    let mut drained = 0;
    for n in 0..100_000 {
        let tenant = if n % 50 == 0 { "contoso" } else { "contoso.com" };
        parser
            .push(format!("s{n},Mail {n},Contoso,{tenant},anna{n}@contoso.com,exchange|calendar\n").as_bytes())
            .unwrap();
        if n % 1000 == 999 {
            drained += parser.drain().len();
        }
    }
    assert_eq!(parser.progress().1, 100_000);
    let file = parser.finish().unwrap();
    assert_eq!((drained, file.sets.len(), file.bad, file.bad_lines.len()), (98_000, 0, 2_000, MOST_BAD_LINES));
}

#[test]
fn content_types_name_the_format() {
    for (text, format) in [
        ("text/csv", Some(Format::Csv)),
        ("Text/CSV; charset=UTF-8", Some(Format::Csv)),
        ("text/csv; header=present", Some(Format::Csv)),
        ("application/x-ndjson", Some(Format::JsonLines)),
        ("text/csv; charset=iso-8859-1", None),
        ("application/json", None),
        ("", None),
    ] {
        assert_eq!(Format::from_content_type(text), format, "{text}");
    }
}

fn any_format() -> impl Strategy<Value = Format> {
    prop_oneof![Just(Format::Csv), Just(Format::JsonLines)]
}

proptest! {
    #[test]
    fn garbage_never_panics(format in any_format(), pieces in prop::collection::vec(any::<Vec<u8>>(), 0..8)) {
        let pieces: Vec<_> = pieces.iter().map(Vec::as_slice).collect();
        let _ = parse_as(format, &pieces);
    }

    #[test]
    fn garbage_behind_a_good_header_gives_sets_or_reasons(body in "([a-z0-9,;\"|@. \u{1}\r\n{}:é-]|exchange){0,400}") {
        let file = match csv(&format!("{LEAST}\n{body}")) {
            Ok(file) => file,
            Err(error) => { prop_assert_eq!(error, FileError::Empty); return Ok(()); }
        };
        prop_assert_eq!(file.sets.len() as u64 + file.bad, file.lines);
        prop_assert!(file.bad_lines.iter().all(|line| !line.reason.is_empty() && !line.reason.chars().any(char::is_control)));
    }

    #[test]
    fn where_bytes_are_cut_makes_no_difference(body in "([a-z,\"é\r\n]|s1,M,C,contoso\\.com,,exchange\n){0,60}", at in 0_usize..400) {
        let text = format!("{LEAST}\n{body}");
        let (one, two) = text.as_bytes().split_at(at.min(text.len()));
        prop_assert_eq!(parse_as(Format::Csv, &[one, two]), csv(&text));
    }
}
