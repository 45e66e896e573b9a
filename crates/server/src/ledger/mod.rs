//! The ledger inside the server.
