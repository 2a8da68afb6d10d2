//! kouan: the finance and insurance service of the China International Trade Single Window in one process, to test with.
//!
//! The binary only parses its command line and calls this library. Rooms, in reading order: [`evidence`] is what was
//! seen; [`card`] the terminal side of a smart card; `world` wires portal, parties, network and people together and
//! steps them in virtual time; [`scenario`] reads and plays scenario files; [`verdict`] judges the evidence;
//! [`self_test`] tries the suite on wrong portals and bad parties; [`cli`] is one file per subcommand. `docs/architecture.md` draws the arrows between them, and a test holds them.

pub mod bench;
pub mod card;
pub mod cli;
pub mod evidence;
pub mod rack;
pub mod scenario;
pub mod self_test;
pub mod verdict;
pub mod world;
