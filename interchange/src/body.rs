//! What each kind of message carries: one table, from which data are written, read and described.
//!
//! A kind stands here with its struct of `domain::message` and nowhere else in this crate. Nothing is checked here:
//! what is read has passed its schema before, and what is written is the sender's own affair.

use domain::message::{
    AgreementEndAnswer, AgreementEndRequest, AgreementEnded, BankSigningAnswer, BankSigningRequest, Body,
    InsurerSigningAnswer, InsurerSigningRequest, Kind,
    cargo::{
        DataCheck, OpenCoverAnswer, OpenCoverData, OpenCoverEnd, OpenCoverRequest, PolicyInForce, ProposalSubmission,
        Underwriting, WithdrawalAnswer, WithdrawalRequest,
    },
    payment::{
        PaymentAnswer, PaymentNotice, PaymentOrder, PaymentQuery, PaymentQueryAnswer, RefundAnswer, RefundRequest,
    },
};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

macro_rules! carried {
    ($($kind:ident: $data:ident),* $(,)?) => {
        impl Serialize for Data<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.0 {
                    $(Body::$kind(data) => data.serialize(serializer),)*
                }
            }
        }

        /// Data of this kind, which its schema has let pass; none if they are not that after all.
        pub(crate) fn read(kind: Kind, data: Value) -> Option<Body> {
            match kind {
                $(Kind::$kind => $data::deserialize(data).ok().map(Body::$kind),)*
            }
        }

        /// The schema of a kind's data, as the structs alone tell it.
        pub(crate) fn schema(kind: Kind) -> Value {
            match kind {
                $(Kind::$kind => generated::<$data>(),)*
            }
        }
    };
}

carried! {
    InsurerSigningRequested: InsurerSigningRequest,
    InsurerSigningAnswered: InsurerSigningAnswer,
    BankSigningRequested: BankSigningRequest,
    BankSigningAnswered: BankSigningAnswer,
    AgreementEndRequested: AgreementEndRequest,
    AgreementEndAnswered: AgreementEndAnswer,
    AgreementEnded: AgreementEnded,
    OpenCoverRequested: OpenCoverRequest,
    OpenCoverAnswered: OpenCoverAnswer,
    OpenCoverAdded: OpenCoverData,
    OpenCoverChanged: OpenCoverData,
    OpenCoverEnded: OpenCoverEnd,
    ProposalSubmitted: ProposalSubmission,
    DataChecked: DataCheck,
    Underwritten: Underwriting,
    Reviewed: Underwriting,
    WithdrawalRequested: WithdrawalRequest,
    WithdrawalAnswered: WithdrawalAnswer,
    PaymentOrdered: PaymentOrder,
    PaymentAnswered: PaymentAnswer,
    PaymentQueried: PaymentQuery,
    PaymentQueryAnswered: PaymentQueryAnswer,
    PaymentNotified: PaymentNotice,
    PolicyEffected: PolicyInForce,
    RefundRequested: RefundRequest,
    RefundAnswered: RefundAnswer,
}

/// The `data` of an event.
pub(crate) struct Data<'a>(pub &'a Body);

fn generated<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|s| {
        s.inline_subschemas = true;
        s.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<T>().to_value()
}
