//! The TypeScript that the web client is typed with.

use std::{any::TypeId, collections::BTreeMap, fmt::Write, path::PathBuf};

use opener_peer::Event;
use ts_rs::{Config, TS, TypeVisitor};

use crate::{
    ApiError, Code,
    request::{Ask, Method, MethodVisitor, visit_methods},
    transcript::Verdict,
};

/// Why the types cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum BindingsError {
    /// The library refuses a type.
    #[error("{0}")]
    Export(#[from] ts_rs::ExportError),
    /// Two types have one name.
    #[error("two types want the file {0}")]
    SameName(String),
}

/// Every file of `ui/src/bindings`, by its name.
///
/// # Errors
/// Two types have one name, or a type cannot be written.
pub fn files() -> Result<BTreeMap<String, String>, BindingsError> {
    let mut files = Files::new();
    files.visit::<ApiError>();
    files.visit::<Event>();
    files.visit::<Verdict>();
    let mut methods = Methods {
        files: &mut files,
        rows: String::new(),
        names: Names::new(),
    };
    visit_methods(&mut methods);
    let (rows, names) = (methods.rows, methods.names);
    if let Some(error) = files.error {
        return Err(error);
    }
    let mut written: BTreeMap<String, String> = files
        .texts
        .into_iter()
        .map(|(path, (_, text))| (path.display().to_string(), text))
        .collect();
    written.insert("methods.ts".to_owned(), methods_ts(&rows, &names));
    Ok(written)
}

/// The lists of `docs/api.md`: methods with the types of parameters and answers, and codes.
pub fn tables() -> String {
    let mut rows = Rows {
        config: config(),
        text: "| method | params | answer | |\n| --- | --- | --- | --- |\n".to_owned(),
    };
    visit_methods(&mut rows);
    let mut text = rows.text;
    text.push_str("\n| code | HTTP | |\n| --- | --- | --- |\n");
    for code in Code::ALL {
        // Writing into a string does not fail.
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            code.name(),
            code.status(),
            code.about()
        );
    }
    text
}

struct Rows {
    config: Config,
    text: String,
}

impl MethodVisitor for Rows {
    fn visit<A: Ask>(&mut self, method: Method) {
        let (params, answer) = (A::name(&self.config), A::Answer::name(&self.config));
        let (name, about) = (method.name, method.about);
        let _ = writeln!(
            self.text,
            "| `{name}` | `{params}` | `{answer}` | {about} |"
        );
    }
}

/// Large integers are numbers in our JSON: none of them passes 2^53.
fn config() -> Config {
    Config::new().with_large_int("number")
}

/// Collects the file of every type that is met.
struct Files {
    config: Config,
    texts: BTreeMap<PathBuf, (TypeId, String)>,
    error: Option<BindingsError>,
}

impl Files {
    fn new() -> Self {
        Self {
            config: config(),
            texts: BTreeMap::new(),
            error: None,
        }
    }

    fn write<T: TS + 'static + ?Sized>(&mut self, path: PathBuf) -> Result<(), BindingsError> {
        let text = T::export_to_string(&self.config)?;
        self.texts.insert(path, (TypeId::of::<T>(), text));
        T::visit_dependencies(self);
        T::visit_generics(self);
        Ok(())
    }
}

impl TypeVisitor for Files {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        let Some(path) = T::output_path() else {
            T::visit_dependencies(self);
            T::visit_generics(self);
            return;
        };
        if self.error.is_some() {
            return;
        }
        match self.texts.get(&path) {
            Some((known, _)) if *known == TypeId::of::<T>() => {}
            Some(_) => self.error = Some(BindingsError::SameName(path.display().to_string())),
            None => self.error = self.write::<T>(path).err(),
        }
    }
}

type Names = BTreeMap<String, String>;

/// Collects the rows of the map of methods.
struct Methods<'a> {
    files: &'a mut Files,
    rows: String,
    names: Names,
}

impl Methods<'_> {
    /// What a type is called in the map, and the import that it needs.
    fn name<T: TS + 'static>(&mut self) -> String {
        self.files.visit::<T>();
        let mut imports = Imports {
            config: &self.files.config,
            names: &mut self.names,
        };
        imports.visit::<T>();
        T::name(&self.files.config)
    }
}

struct Imports<'a> {
    config: &'a Config,
    names: &'a mut Names,
}

impl TypeVisitor for Imports<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        match T::output_path() {
            Some(path) => {
                let module = path.with_extension("").display().to_string();
                self.names.insert(T::ident(self.config), module);
            }
            None => T::visit_generics(self),
        }
    }
}

impl MethodVisitor for Methods<'_> {
    fn visit<A: Ask>(&mut self, method: Method) {
        let (params, answer) = (self.name::<A>(), self.name::<A::Answer>());
        // Writing into a string does not fail.
        let _ = write!(
            self.rows,
            "  /** {} */\n  {:?}: {{ params: {params}; answer: {answer} }};\n",
            method.about, method.name
        );
    }
}

const HEAD: &str = "// Generated from the list of requests. Do not edit this file manually.\n";

fn methods_ts(rows: &str, names: &Names) -> String {
    let mut text = HEAD.to_owned();
    for (name, module) in names {
        let _ = writeln!(text, "import type {{ {name} }} from \"./{module}\";");
    }
    let _ = write!(
        text,
        "\n/** Every method: what it takes and what comes back. */\nexport interface Methods {{\n{rows}}}\n\n\
         /** The name of a method. */\nexport type MethodName = keyof Methods;\n\n\
         /** A request as it is sent. */\nexport type Request = {{\n  [M in MethodName]: {{ method: M; params: \
         Methods[M][\"params\"] }};\n}}[MethodName];\n"
    );
    text
}
