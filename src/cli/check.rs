use super::arguments::CheckArguments;
use super::terminal::{print_error, print_result, show_diagnostics};
use super::{Exit, world};
use crate::project::{Project, Selection};

pub(super) fn execute(arguments: &CheckArguments) -> Exit {
    let current = world::current_folder();
    let mut project = Project::open(arguments.paths.first().map(AsRef::as_ref), &current);
    project.today = Some(world::today());
    project.add_scenarios(&arguments.paths, &current, &Selection::default());
    let (sound, broken, failed) = (project.plan.len(), project.invalid(), project.found.has_errors());
    show_diagnostics(project.found.sorted(), &project.sources);
    if sound + broken == 0 && !failed {
        print_error("no scenario was found\n");
        return Exit::Nothing;
    }
    print_result(&format!("{} scenarios checked, {broken} cannot be run\n", sound + broken));
    if failed { Exit::Invalid } else { Exit::Success }
}
