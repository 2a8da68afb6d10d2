//! Which readers the service knows, what lies in them, and which of them is meant by a name.

use std::{ffi::CString, time::Duration};

use pcsc::{Context, Error, ReaderState, State};
use virtual_card::Presence;

use crate::card::open::Listed;

/// All readers in the service's order. No readers is no error.
///
/// # Errors
/// [`Error::NoService`] above all.
pub(super) fn list_with(context: &Context) -> Result<Vec<Listed>, Error> {
    let names = match context.list_readers_owned() {
        Err(Error::NoReadersAvailable) => return Ok(Vec::new()),
        other => other?,
    };
    let mut states: Vec<ReaderState> = names.into_iter().map(|name| ReaderState::new(name, State::UNAWARE)).collect();
    if !states.is_empty() {
        context.get_status_change(Duration::ZERO, &mut states)?;
    }
    Ok(states.iter().map(listed).collect())
}

/// The first of these readers that holds a card (or, unless `card`, none), as soon as one does.
pub(super) fn first_to_be(
    card: bool,
    context: &Context,
    readers: &[String],
    limit: Duration,
) -> Result<Option<String>, Error> {
    if readers.is_empty() {
        return Ok(None);
    }
    let names = readers.iter().filter_map(|name| CString::new(name.as_str()).ok());
    let mut states: Vec<ReaderState> = names.map(|name| ReaderState::new(name, State::UNAWARE)).collect();
    // Each reader may change for other reasons too, but not often.
    for _ in 0..=10 * states.len() {
        match context.get_status_change(limit, &mut states) {
            Err(Error::Timeout) => break,
            other => other?,
        }
        if let Some(holding) = states.iter().find(|state| (presence(state) != Presence::Empty) == card) {
            return Ok(Some(holding.name().to_string_lossy().into_owned()));
        }
        states.iter_mut().for_each(ReaderState::sync_current_state);
    }
    Ok(None)
}

fn listed(state: &ReaderState) -> Listed {
    let seen = state.event_state();
    Listed {
        name: state.name().to_string_lossy().into_owned(),
        presence: presence(state),
        in_use: seen.intersects(State::INUSE | State::EXCLUSIVE),
        mute: seen.contains(State::MUTE),
    }
}

pub(super) fn presence(state: &ReaderState) -> Presence {
    if state.event_state().contains(State::PRESENT) {
        Presence::Present { atr: state.atr().to_vec() }
    } else {
        Presence::Empty
    }
}

/// The reader that is meant: without a name the first that holds a card (or the only one); else the one of that name, or
/// the one whose name has it as a part.
///
/// # Errors
/// What to tell the user, with the names that there are.
pub fn choose(readers: &[Listed], name: Option<&str>) -> Result<CString, String> {
    let all = || readers.iter().map(|r| format!("「{}」", r.name)).collect::<Vec<_>>().join("、");
    if readers.is_empty() {
        return Err("没有任何读卡器：接上读卡器后重试（kouan doctor 可查看缺什么）".into());
    }
    let found = match name {
        None => match (readers.iter().find(|r| r.presence != Presence::Empty), readers) {
            (Some(holding), _) => holding,
            (None, [only]) => only,
            (None, _) => return Err(format!("所有读卡器中都没有卡：插入卡，或用 pcsc:名称 指明读卡器；现有{}", all())),
        },
        Some(name) => match readers.iter().find(|r| r.name == name) {
            Some(exact) => exact,
            None => match readers.iter().filter(|r| r.name.contains(name)).collect::<Vec<_>>()[..] {
                [only] => only,
                [] => return Err(format!("没有名为「{name}」的读卡器，现有{}", all())),
                _ => return Err(format!("「{name}」指的不止一个读卡器，请写全名；现有{}", all())),
            },
        },
    };
    CString::new(found.name.as_str()).map_err(|_| format!("读卡器名称「{}」有误", found.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readers(given: &[(&str, bool)]) -> Vec<Listed> {
        let presence = |has: bool| if has { Presence::Present { atr: vec![0x3B] } } else { Presence::Empty };
        let listed = |(name, has): &(&str, bool)| Listed {
            name: (*name).into(),
            presence: presence(*has),
            in_use: false,
            mute: false,
        };
        given.iter().map(listed).collect()
    }

    #[test]
    fn a_reader_is_named_in_full_or_by_a_part_that_only_it_has() {
        let two = readers(&[("Virtual PCD 00 00", false), ("Virtual PCD 00 01", true)]);
        let name = |given: Option<&str>| choose(&two, given).map(|name| name.into_string().unwrap());
        assert_eq!(name(None), Ok("Virtual PCD 00 01".into()), "the first that holds a card");
        assert_eq!(name(Some("00 00")), Ok("Virtual PCD 00 00".into()));
        assert_eq!(name(Some("Virtual PCD 00 01")), Ok("Virtual PCD 00 01".into()));
        assert!(name(Some("PCD")).unwrap_err().contains("不止一个"));
        assert!(name(Some("ACS")).unwrap_err().contains("「Virtual PCD 00 00」、「Virtual PCD 00 01」"));
        let nested = readers(&[("A", false), ("A 1", false)]);
        assert_eq!(choose(&nested, Some("A")).unwrap().to_bytes(), b"A", "the whole name counts before a part");
        assert!(choose(&nested, None).unwrap_err().contains("都没有卡"));
        assert_eq!(choose(&nested[..1], None).unwrap().to_bytes(), b"A");
        assert!(choose(&[], None).unwrap_err().contains("没有任何读卡器"));
    }
}
