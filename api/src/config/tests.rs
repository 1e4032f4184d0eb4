use super::*;

fn read(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("zugong.toml");
    std::fs::write(&path, file).unwrap();
    Config::read(Some(&path), environment.iter().map(|(n, v)| (n.to_string(), v.to_string())))
}

#[test]
fn the_environment_stands_over_the_file() {
    let file = "listen = \"0.0.0.0:80\"\nconnections = 5\n[identity.lockout]\naccount_failures = 9\n";
    let config = read(
        file,
        &[
            ("ZUGONG_CONNECTIONS", "7"),
            ("ZUGONG_IDENTITY_LOCKOUT_NETWORK_FAILURES", "8"),
            ("ZUGONG_IDENTITY_ISSUER", "123"),
            ("ZUGONG_IDENTITY_CLIENTS", "desk, 7"),
            ("ZUGONG_LIMITS_DEPTH", "3"),
            ("ZUGONG_GRAPHIQL", "true"),
            ("ZUGONG_ORIGINS", "https://a.example, https://b.example"),
            ("ZUGONG_BUILD_CACHE", "/tmp"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!((config.listen.port(), config.connections, config.graphiql), (80, 7, true));
    assert_eq!(config.identity.lockout.account_failures, 9);
    assert_eq!(config.identity.lockout.network_failures, 8);
    assert_eq!((config.identity.issuer.as_str(), config.limits.depth), ("123", 3));
    assert_eq!((config.origins.len(), config.identity.clients), (2, vec!["desk".to_owned(), "7".into()]));
}

#[test]
fn unknown_settings_are_refused_and_named() {
    let error = read("conections = 5", &[]).unwrap_err().to_string();
    assert!(error.contains("conections") && error.contains("zugong.toml"), "{error}");
    let error = read("[limits]\ndeep = 5", &[]).unwrap_err().to_string();
    assert!(error.contains("deep"), "{error}");
    for name in ["ZUGONG_DATABASE", "ZUGONG_IDENTITY_SECRETS", "ZUGONG_LIMITS_DEEP"] {
        let error = read("", &[(name, "1")]).unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn wrong_values_are_refused_without_being_repeated() {
    let error = read("", &[("ZUGONG_IDENTITY_SECRET", "hunter2")]).unwrap_err().to_string();
    assert!(error.contains("ZUGONG_IDENTITY_SECRET") && !error.contains("hunter2"), "{error}");
    assert!(read("", &[("ZUGONG_CONNECTIONS", "0")]).is_err());
    assert!(read("", &[("ZUGONG_CONNECTIONS", "many")]).is_err());
    assert!(read("log = \"xml\"", &[]).is_err());
    for name in ["DEADLINE_MILLIS", "PLUGIN_PATIENCE_MILLIS"] {
        let (name, setting) = (format!("ZUGONG_{name}"), name.to_lowercase());
        assert!(read("", &[(name.as_str(), "60000")]).is_ok(), "{name}");
        let error = read("", &[(name.as_str(), "60001")]).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(&setting) && error.contains("60000"), "{name}: {error}");
    }
    assert!(Config::read(Some(Path::new("/nowhere/zugong.toml")), []).is_err());
}

#[test]
fn the_demo_secret_is_recognised() {
    assert!(read("", &[("ZUGONG_IDENTITY_SECRET", DEMO_SECRET)]).unwrap().is_demo_secret);
    assert!(!read("", &[]).unwrap().is_demo_secret);
}

#[test]
fn whose_plug_ins_are_taken_is_read_and_a_demand_that_nobody_meets_is_refused() {
    let config = read(
        "[plugins]\nrequire_signature = true\n",
        &[("ZUGONG_PLUGINS_TRUSTED_PUBLISHERS", "AAA, BBB"), ("ZUGONG_PLUGINS_REVIEWERS", "CCC")],
    )
    .unwrap();
    assert_eq!(
        (config.plugins.trusted_publishers.len(), config.plugins.reviewers.as_slice()),
        (2, &["CCC".into()][..])
    );
    let error = read("[plugins]\nrequire_signature = true\n", &[]).unwrap_err().to_string();
    assert!(error.contains("trusted_publishers"), "{error}");
}
