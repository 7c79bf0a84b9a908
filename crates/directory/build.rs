//! A new file among the migrations makes the program anew, because they are embedded in it.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=postgres");
}
