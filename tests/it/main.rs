//! The program as its users meet it: the real binary, real files, real HTTP over loopback.

mod actors;
mod around;
mod cases;
mod control;
mod corpus;
mod defects;
mod diagrams;
mod documentation;
mod export;
mod files;
mod fragments;
mod house;
mod listing;
mod loopback;
mod mutations;
mod negative;
mod project;
mod schemas;
mod secrets;
mod selecting;
mod starting;
mod targets;
mod uploading;
mod walking;
mod walks;
mod wire;
