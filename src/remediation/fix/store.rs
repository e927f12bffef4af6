//! Secrets managers: the command that stores a value, which comes by standard input, and the line that reads it.

use std::collections::BTreeMap;

/// A secrets manager.
#[derive(Debug)]
pub(crate) struct Store {
    /// The name on the command line.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// The command; `@` is the name of the secret. It reads the value from standard input.
    pub(crate) put: &'static str,
    /// The command or expression that reads the value.
    pub(crate) read: &'static str,
    /// Whether names are of letters, digits and dashes.
    has_dashes: bool,
    /// Whether names may not begin with `GITHUB_`.
    is_github: bool,
}

const fn store(name: &'static str, title: &'static str, put: &'static str, read: &'static str) -> Store {
    Store { name, title, put, read, has_dashes: false, is_github: false }
}

/// All secrets managers, in the order of the help.
pub(crate) const STORES: [Store; 9] = [
    store(
        "aws",
        "AWS Secrets Manager",
        "aws secretsmanager create-secret --name @ --secret-string file:///dev/stdin",
        "aws secretsmanager get-secret-value --secret-id @ --query SecretString --output text",
    ),
    store(
        "gcp",
        "Google Cloud Secret Manager",
        "gcloud secrets create @ --data-file=-",
        "gcloud secrets versions access latest --secret=@",
    ),
    Store {
        has_dashes: true,
        ..store(
            "azure",
            "Azure Key Vault",
            "az keyvault secret set --vault-name \"$VAULT_NAME\" --name @ --encoding utf-8 --output none --file /dev/stdin",
            "az keyvault secret show --vault-name \"$VAULT_NAME\" --name @ --query value --output tsv",
        )
    },
    store(
        "vault",
        "HashiCorp Vault",
        "vault kv put -mount=secret @ value=-",
        "vault kv get -mount=secret -field=value @",
    ),
    store(
        "1password",
        "1Password",
        "jq -Rs '{title: \"@\", category: \"PASSWORD\", fields: [{id: \"password\", type: \"CONCEALED\", purpose: \"PASSWORD\", value: .}]}' | op item create -",
        "op read op://Private/@/password",
    ),
    store("doppler", "Doppler", "doppler secrets set @ --silent", "doppler secrets get @ --plain"),
    store("vercel", "Vercel", "vercel env add @ production", "vercel env pull"),
    store(
        "railway",
        "Railway",
        "railway variables --set-from-stdin @",
        "railway run sh -c 'printf %s \"$@\"'",
    ),
    Store {
        is_github: true,
        ..store("github-actions", "GitHub Actions", "gh secret set @", "${{ secrets.@ }}")
    },
];

impl Store {
    /// Returns the name of a secret as this store allows it.
    pub(crate) fn secret_name(&self, name: &str) -> String {
        if self.has_dashes {
            name.replace('_', "-")
        } else if self.is_github && name.starts_with("GITHUB_") {
            name.replacen("GITHUB_", "GH_", 1)
        } else {
            name.to_owned()
        }
    }

    /// Returns the command line that stores some bytes of a file, without a copy in an argument. `file` is a word of a
    /// POSIX shell; `filter` is a command that decodes the bytes, or empty.
    pub(crate) fn put_line(
        &self,
        name: &str,
        file: &str,
        bytes: &std::ops::Range<usize>,
        filter: &str,
    ) -> String {
        let put = self.put.replace('@', &self.secret_name(name));
        let filter = if filter.is_empty() { String::new() } else { format!("{filter} | ") };
        format!("tail -c +{} -- {file} | head -c {} | {filter}{put}", bytes.start + 1, bytes.len())
    }

    /// Returns the command or expression that reads the value.
    pub(crate) fn read_line(&self, name: &str) -> String {
        self.read.replace('@', &self.secret_name(name))
    }
}

/// The most numbers that are tried for a name.
const MAX_NUMBER: usize = 10_000;

/// The names that are in use in a store, with their values.
#[derive(Default)]
pub(crate) struct StoreNames(BTreeMap<String, String>);

impl StoreNames {
    /// Returns a name for a value: the wanted one, with a number if another value has it.
    pub(crate) fn choose(&mut self, store: &Store, wanted: &str, value: &str) -> String {
        let numbered =
            |number: usize| if number == 1 { wanted.to_owned() } else { format!("{wanted}_{number}") };
        let is_free = |name: &String| self.0.get(&store.secret_name(name)).is_none_or(|known| known == value);
        let name = (1..MAX_NUMBER).map(numbered).find(is_free).unwrap_or_else(|| numbered(MAX_NUMBER));
        self.0.insert(store.secret_name(&name), value.to_owned());
        name
    }
}
