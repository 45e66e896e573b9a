//! The legal review in the table of the procedure.

use super::{D, EXAMINED, L, R, Role, Step, V, gate, penalty_law, row};

pub(super) fn rows() -> Vec<Step> {
    let article = || penalty_law("第五十八条");
    vec![
        row(V::SubmitReview, L::Review, EXAMINED, article())
            .gate(gate::submit_review)
            .makes(&[D::ReviewSubmission]),
        row(V::ReturnSubmission, L::Review, EXAMINED, article())
            .by(&[Role::Reviewer], R::Apart)
            .gate(gate::review_running),
        row(V::SupplementSubmission, L::Review, EXAMINED, article()).gate(gate::review_returned),
        row(V::FirstReview, L::Review, EXAMINED, article())
            .by(&[Role::Reviewer], R::Apart)
            .gate(gate::first_review),
        row(V::GiveOpinion, L::Review, EXAMINED, article())
            .by(&[Role::Reviewer], R::Apart)
            .gate(gate::give_opinion)
            .within("十个工作日"),
        row(V::ExtendReview, L::Review, EXAMINED, article())
            .by(&[Role::ReviewHead], R::Apart)
            .gate(gate::extend_review)
            .within("延长一次，期限由本地规定"),
        row(V::SignOpinion, L::Review, EXAMINED, article())
            .by(&[Role::ReviewHead], R::Apart)
            .gate(gate::sign_opinion)
            .makes(&[D::ReviewOpinion]),
        row(V::AnswerOpinion, L::Review, EXAMINED, article())
            .gate(gate::answer_opinion)
            .makes(&[D::ReviewFeedback]),
        row(V::RequestReReview, L::Review, EXAMINED, article())
            .gate(gate::request_rereview)
            .makes(&[D::ReReviewRequest]),
        row(V::GiveReReview, L::Review, EXAMINED, article())
            .by(&[Role::ReviewHead], R::Apart)
            .gate(gate::give_rereview)
            .makes(&[D::ReReviewOpinion]),
        row(V::Coordinate, L::Review, EXAMINED, article())
            .by(&[Role::Deputy], R::Apart)
            .gate(gate::coordinate),
    ]
}
