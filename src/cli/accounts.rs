//! `zeyou account` and `zeyou key`: also beside a running server, which hears of it within two seconds.

use clap::Subcommand;

use crate::domain::{ROLES, Role, SCOPES, Scopes};
use crate::service::accounts::{Account, Accounts, Invited, NewAccount, NewKey};
use crate::store::{Address, Vault};

/// What to do with accounts.
#[derive(Subcommand)]
pub(super) enum AccountCommand {
    /// Make an account; prints the one-time link that sets its password.
    Create {
        /// The name to sign in with.
        name: String,
        /// What it may do.
        #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(ROLES))]
        role: String,
        /// The code of its park, enterprise or college, or a planner's city.
        #[arg(long, default_value = "")]
        belongs: String,
        /// The address under which people reach the server.
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        base: String,
    },
    /// List accounts.
    List,
    /// Let an account sign in no more; its sessions and keys end at once.
    Disable {
        /// Its name or pseudonym.
        account: String,
    },
    /// Let a disabled account sign in again.
    Enable {
        /// Its name or pseudonym.
        account: String,
    },
    /// Make a new one-time link: password, second factor and sessions end.
    Reset {
        /// Its name or pseudonym.
        account: String,
        /// The address under which people reach the server.
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        base: String,
    },
    /// Print everything that is kept of an account as JSON, what it wrote too: to be given to whom it is about.
    Export {
        /// Its name or pseudonym.
        account: String,
    },
    /// Erase an account; the log keeps its pseudonym, which then names nobody.
    Erase {
        /// Its name or pseudonym.
        account: String,
    },
}

/// What to do with API keys.
#[derive(Subcommand)]
pub(super) enum KeyCommand {
    /// Make a key; it is printed once.
    Create {
        /// Whose it is: a name or pseudonym.
        account: String,
        /// What it is for.
        #[arg(long)]
        label: String,
        /// What it may do of what the account may.
        #[arg(long = "scope", value_delimiter = ',', default_value = "read", value_parser = clap::builder::PossibleValuesParser::new(SCOPES))]
        scopes: Vec<String>,
        /// Days that it holds, 1-366.
        #[arg(long, default_value_t = 90)]
        days: u32,
    },
    /// List live keys, never their secrets.
    List,
    /// End a key.
    Revoke {
        /// Its public part: the middle of the key.
        id: String,
    },
}

type Done = Result<(), Box<dyn std::error::Error>>;

pub(super) async fn account(database: &Address, vault: Vault, command: AccountCommand) -> Done {
    let accounts = Accounts::beside(database, vault).await?;
    let done = run_account(&accounts, command).await;
    accounts.close().await;
    done
}

async fn run_account(accounts: &Accounts, command: AccountCommand) -> Done {
    match command {
        AccountCommand::Create { name, role, belongs, base } => {
            let role = Role::parse(&role, &belongs).map_err(|invalid| format!("{} / {}", invalid.zh, invalid.en))?;
            let made = accounts.create(NewAccount { name, role }).await?;
            accounts.operator_did("create-account", &made.account.id).await?;
            print_link(&made, &base);
        }
        AccountCommand::List => {
            println!("id,name,role,belongs,state");
            for Account { id, name, role, belongs, ready, disabled, .. } in accounts.list().await? {
                let state = if disabled {
                    "disabled"
                } else if ready {
                    "ready"
                } else {
                    "waiting"
                };
                println!("{id},{name},{role},{belongs},{state}");
            }
        }
        AccountCommand::Disable { account } => {
            let id = accounts.find(&account).await?.id;
            accounts.disable(&id, true).await?;
            accounts.operator_did("disable-account", &id).await?;
        }
        AccountCommand::Enable { account } => {
            let id = accounts.find(&account).await?.id;
            accounts.disable(&id, false).await?;
            accounts.operator_did("enable-account", &id).await?;
        }
        AccountCommand::Reset { account, base } => {
            let made = accounts.reset(&account).await?;
            accounts.operator_did("reset-account", &made.account.id).await?;
            print_link(&made, &base);
        }
        AccountCommand::Export { account } => {
            let id = accounts.find(&account).await?.id;
            accounts.operator_did("export-subject", &id).await?;
            println!("{}", serde_json::to_string_pretty(&accounts.subject(&id, true).await?)?);
        }
        AccountCommand::Erase { account } => {
            let id = accounts.find(&account).await?.id;
            accounts.erase(&id).await?;
            accounts.operator_did("erase-account", &id).await?;
        }
    }
    Ok(())
}

fn print_link(invited: &Invited, base: &str) {
    println!("{}  {}", invited.account.id, invited.account.name);
    println!("七天内有效的一次性链接 / one-time link, for seven days: {}{}", base.trim_end_matches('/'), invited.path);
}

pub(super) async fn key(database: &Address, vault: Vault, command: KeyCommand) -> Done {
    let accounts = Accounts::beside(database, vault).await?;
    let done = run_key(&accounts, command).await;
    accounts.close().await;
    done
}

async fn run_key(accounts: &Accounts, command: KeyCommand) -> Done {
    match command {
        KeyCommand::Create { account, label, scopes, days } => {
            let scopes = Scopes::parse(scopes.iter().map(String::as_str));
            let scopes = scopes.map_err(|invalid| format!("{} / {}", invalid.zh, invalid.en))?;
            let owner = accounts.find(&account).await?;
            let made = accounts.make_key(&owner.id, NewKey { label, scopes, days }).await?;
            accounts.operator_did("make-key", &made.id).await?;
            println!("{}", made.key);
            eprintln!("只显示这一次，有效至 {0} / shown only now, holds until {0}", made.expires_on);
        }
        KeyCommand::List => {
            println!("id,account,label,scopes,until");
            for key in accounts.keys(None).await? {
                println!("{},{},{},{},{}", key.id, key.account, key.label, key.scopes.join("+"), key.expires_on);
            }
        }
        KeyCommand::Revoke { id } => {
            accounts.revoke_key(&id, None).await?;
            accounts.operator_did("revoke-key", &id).await?;
        }
    }
    Ok(())
}
