//! Courses of steps that the program runs, as policies name them.

use super::value::{PublishStep, ReviewStep, Value};

/// Checks a course: one that the program would not follow is refused, not passed over.
///
/// # Errors
/// What is wrong with it, for a person.
pub(super) fn check(key: &str, value: &toml::Value) -> Result<(), String> {
    if key == "publish.chain" {
        let whole = [PublishStep::Prepare, PublishStep::LegalReview, PublishStep::Publish];
        return if Vec::<PublishStep>::read(value)? == whole {
            Ok(())
        } else {
            Err("公示须依次由不同的人员制作、审核、公示".into())
        };
    }
    if key != "review.chain" {
        return Ok(());
    }
    let steps = Vec::<ReviewStep>::read(value)?;
    let at = |step| steps.iter().position(|it| *it == step);
    // One of them writes the opinion; with both, the first review comes before it.
    let authors = match (at(ReviewStep::FirstReview), at(ReviewStep::Review)) {
        (Some(0), None) | (None, Some(0)) => 1,
        (Some(0), Some(1)) => 2,
        (Some(_) | None, Some(_) | None) => {
            return Err("审核流程以初审或者审核开始，二者都有的先初审、后审核".into());
        }
    };
    if at(ReviewStep::SignOff).is_some_and(|at| at != authors) {
        return Err("审签须在提出审核意见之后".into());
    }
    let (rereview, coordinate) = (at(ReviewStep::Rereview), at(ReviewStep::Coordinate));
    if coordinate.is_some_and(|c| rereview.is_none_or(|r| c < r)) {
        return Err("协调须在复核之后".into());
    }
    Ok(())
}
