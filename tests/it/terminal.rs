//! Terminals that a test sits at.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use nix::pty::{Winsize, openpty};

use crate::project::TestProject;

/// A program on a pseudo-terminal of its own.
pub struct Terminal {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    /// Everything that was written and not yet waited for.
    unread: String,
}

impl Terminal {
    /// Starts a command of a project on a terminal of so many columns.
    pub fn start(project: &TestProject, arguments: &[&str], columns: u16) -> Self {
        let size = Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let pair = openpty(Some(&size), None).unwrap();
        let mut command = project.command(arguments);
        command.env("TERM", "xterm").env("NO_COLOR", "1");
        command.stdin(pair.slave.try_clone().unwrap()).stdout(pair.slave.try_clone().unwrap()).stderr(pair.slave);
        let child = command.spawn().unwrap();
        // The command holds the other side, which must be closed with the child alone.
        drop(command);
        let keyboard = File::from(pair.master);
        let mut reader = keyboard.try_clone().unwrap();
        let (sender, screen) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The end of a terminal is an error on some systems.
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, keyboard, screen, unread: String::new() }
    }

    /// Everything up to and including a text, which is waited for.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> String {
        loop {
            if let Some(at) = self.unread.find(text) {
                let rest = self.unread.split_off(at + text.len());
                return std::mem::replace(&mut self.unread, rest);
            }
            if !self.read() {
                panic!("`{text}` never came:\n{}", self.unread);
            }
        }
    }

    /// Types a line.
    pub fn say(&mut self, line: &str) {
        self.keyboard.write_all(format!("{line}\r").as_bytes()).unwrap();
    }

    /// Presses Ctrl and a letter.
    pub fn control(&mut self, letter: char) {
        self.keyboard.write_all(&[letter as u8 & 0x1f]).unwrap();
    }

    /// Interrupts the program, as Ctrl-C does where it is not read as a key.
    pub fn interrupt(&self) {
        let killed = std::process::Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    /// What was written until the program ended, and its exit code.
    pub fn end(mut self) -> (Option<i32>, String) {
        while self.read() {}
        (self.child.wait().unwrap().code(), self.unread.clone())
    }

    /// Takes what was written next; `false` at the end.
    fn read(&mut self) -> bool {
        // So long that only a program that hangs is cut off.
        match self.screen.recv_timeout(Duration::from_secs(120)) {
            Ok(bytes) => self.unread += &plain(&String::from_utf8_lossy(&bytes)),
            Err(_) => return false,
        }
        true
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Text without what moves the cursor.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string().replace("\r\n", "\n").replace('\r', "")
}
