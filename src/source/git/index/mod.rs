//! A reader of git's index.
