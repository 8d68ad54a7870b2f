use super::arguments::CheckArguments;
use super::terminal::{complain, print_result, show_diagnostics};
use super::{Exit, world};
use crate::report::count;

pub(super) fn execute(arguments: &CheckArguments) -> Exit {
    let current = world::current_folder();
    let mut project = arguments.selection.project(&current);
    let fragments = project.check_fragments();
    let (sound, broken, failed) = (project.plan.len(), project.invalid(), project.found.has_errors());
    show_diagnostics(std::mem::take(&mut project.found).sorted(), &project.sources);
    if sound + broken + fragments == 0 && !failed {
        complain(&arguments.selection.nothing(&project));
        return Exit::Nothing;
    }
    let with = if fragments == 0 { String::new() } else { format!(" and {}", count(fragments as u64, "fragment")) };
    let scenarios = count((sound + broken) as u64, "scenario");
    print_result(&format!("{scenarios}{with} checked, {broken} cannot be run\n"));
    if failed { Exit::Invalid } else { Exit::Success }
}
