//! Values that are no secret: references, code, placeholders.

pub(crate) mod code;
pub(crate) mod literal_set;
pub(crate) mod placeholder;
pub(crate) mod reference;
