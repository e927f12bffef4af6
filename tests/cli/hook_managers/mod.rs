//! skant beside husky, lefthook, simple-git-hooks, pre-commit and prek, on servers, in submodules, and installed for all
//! repositories. Each state is tried with programs in place of the managers, and with the real ones where they are.
//!
//! In every state: `skant status` says what a commit with a key really meets, `skant install` ends with 0 only if it is
//! blocked, and after `skant uninstall` nothing of skant runs.

mod project;
mod states;
mod tools;

use states::{
    bare_repository_gets_pre_receive, bare_repository_with_worktrees_gets_all_hooks,
    global_hooks_are_reached_and_removed_by_their_own_option,
    global_hooks_serve_a_bare_repository_with_a_hook_of_its_own,
    lines_for_another_hooks_folder_can_be_pasted, submodules_are_named_with_the_line_that_protects_them,
};
use testkit::trials::{Trial, trial};

pub fn trials() -> Vec<Trial> {
    let mut all = testkit::trials![
        bare_repository_gets_pre_receive,
        bare_repository_with_worktrees_gets_all_hooks,
        lines_for_another_hooks_folder_can_be_pasted,
        submodules_are_named_with_the_line_that_protects_them,
        global_hooks_are_reached_and_removed_by_their_own_option,
        global_hooks_serve_a_bare_repository_with_a_hook_of_its_own,
    ];
    for (name, needs, state) in states::OF_MANAGERS {
        all.push(trial(module_path!(), name, move || state(&tools::Tools::in_place())));
        let real = format!("{name}_with_the_real_program");
        all.push(trial(module_path!(), &real, move || {
            state(&tools::Tools::real(needs)?);
            Ok::<_, testkit::trials::Skip>(())
        }));
    }
    for (name, hook) in tools::WRITTEN {
        all.push(trial(module_path!(), &format!("{name}_writes_the_hooks_of_the_fixtures"), move || {
            let real = tools::Tools::real(&[name])?;
            tools::writes_the_same(&real, name, hook);
            Ok::<_, testkit::trials::Skip>(())
        }));
    }
    all
}
