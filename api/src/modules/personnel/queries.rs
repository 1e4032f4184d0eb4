//! What the personnel module answers besides its types.
