//! What a document says of the organ and its people, beside the case itself.

use serde::{Deserialize, Serialize};

/// The collecting bank: an organ that fines never takes the money itself
/// (行政处罚法第六十七条；罚款决定与罚款收缴分离实施办法第七条).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collector {
    /// Name of the bank.
    pub name: String,
    /// Its address.
    pub address: String,
    /// Name of the treasury account; blank where a payment code stands for it.
    #[serde(default)]
    pub account_name: String,
    /// Number of the account.
    #[serde(default)]
    pub account: String,
    /// Electronic way of paying.
    #[serde(default)]
    pub channel: String,
}

/// The organ as its documents name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganSheet {
    /// Full name.
    pub name: String,
    /// Short name of its place, as in document numbers.
    pub place: String,
    /// Address.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// Post code.
    #[serde(default)]
    pub postcode: String,
    /// Whom to ask for.
    pub contact: String,
    /// The government that hears reconsiderations (行政复议法第二十四条).
    pub government: String,
    /// The court that hears suits (行政诉讼法第十八条).
    pub court: String,
    /// The procuratorate that gets a copy of a transfer to public security
    /// (行政执法机关移送涉嫌犯罪案件的规定第六条、第十四条).
    #[serde(default)]
    pub procuratorate: String,
    /// The collecting bank.
    pub collector: Collector,
}

/// A person as documents name them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonSheet {
    /// Name.
    pub name: String,
    /// Unit inside the organ.
    #[serde(default)]
    pub unit: String,
    /// Post.
    #[serde(default)]
    pub post: String,
    /// Number of the certificate of enforcement; blank for those who hold none.
    #[serde(default)]
    pub cert_no: String,
    /// Qualification of a legal reviewer.
    #[serde(default)]
    pub qualification: String,
}
