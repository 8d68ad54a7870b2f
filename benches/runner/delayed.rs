//! Wall time beside a hand-written client, where the target takes its time to answer.

use std::path::Path;

use crate::client_run;
use crate::record;
use crate::simulator::Simulator;
use crate::suite::Suite;

/// How many scenarios are run.
const SCENARIOS: usize = 200;
/// How many of them at a time.
const JOBS: usize = 64;
/// How much later every answer comes.
const DELAY: &str = "20ms";

/// Lets both run in turns, and shows the median of the ratios of their times.
pub fn compare(pairs: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
    let settings = std::fs::read_to_string(shipped.join("flowproof.yaml")).expect("the settings");
    let (processes, _) = settings.split_once("environments:").expect("the settings have environments");
    let processes = processes.replace(": processes/", &format!(": {}/processes/", shipped.display()));
    let slow = format!("environments:\n  simulator: {{ kind: simulator, faults: {{ delay: {DELAY} }} }}\n");
    std::fs::write(folder.path().join("flowproof.yaml"), processes + &slow).expect("the settings can be written");
    let simulator = Simulator::start(folder.path(), &["--env", "simulator"]);
    let recording = record(shipped, folder.path(), &simulator);
    let stored = folder.path().join("recording.json");
    recording.store(&stored);
    let suite = Suite::multiplied(shipped, &folder.path().join("suite"), SCENARIOS, simulator.base_url());
    println!(
        "{SCENARIOS} scenarios, {} requests, {JOBS} at a time, every answer {DELAY} later; {pairs} pairs in turns\n",
        recording.exchanges(SCENARIOS),
    );
    let client = || client_run(&stored, simulator.base_url(), SCENARIOS, JOBS, folder.path()).wall.as_secs_f64();
    let runner = || suite.run(JOBS).wall.as_secs_f64();
    let mut ratios: Vec<f64> = Vec::new();
    let (mut of_client, mut of_runner) = (Vec::new(), Vec::new());
    for pair in 0..pairs {
        // Who begins changes, so that neither always finds a warmer machine.
        let (client, runner) = if pair % 2 == 0 {
            let client = client();
            (client, runner())
        } else {
            let runner = runner();
            (client(), runner)
        };
        ratios.push(runner / client);
        of_client.push(client);
        of_runner.push(runner);
    }
    println!("client     {:.3} s", quantile(&mut of_client, 0.5));
    println!("flowproof  {:.3} s", quantile(&mut of_runner, 0.5));
    let [low, median, high] = [0.25, 0.5, 0.75].map(|share| quantile(&mut ratios, share));
    println!("ratio      {median:.3}x, half of them from {low:.3}x to {high:.3}x");
}

/// The value that a share of the others does not exceed.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}
