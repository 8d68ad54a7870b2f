use crate::engine::Cancel;

/// Lets Ctrl-C press `cancel`: once drains, twice aborts.
pub(super) fn listen(cancel: &Cancel) {
    let cancel = cancel.clone();
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                cancel.press();
                super::terminal::print_error(match cancel.urgency() {
                    crate::engine::Urgency::Drain => {
                        "\ninterrupted: running scenarios do their `after`; press again to stop at once\n"
                    }
                    _ => "\nstopping\n",
                });
            }
        });
    });
}
