//! What happens to a call.

use opener_trade::document::CallEndReason;

use crate::sdp::Candidate;

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The person calls.
    Call,
    /// Their offer has come.
    Ring,
    /// The person takes the call.
    Accept,
    /// The person does not, or this program cannot: it is busy, or both have called at once.
    Decline(CallEndReason),
    /// The person hangs up, or gives up.
    HangUp,
    /// Their answer to our newest offer has come.
    Answered,
    /// They renew the path by an offer.
    Renewed,
    /// They ask us to renew it.
    RenewalAsked,
    /// They have ended the call.
    TheyEnded(CallEndReason),
    /// Their program refused a document of ours.
    Refused,
    /// A path to us was found.
    Found(Candidate),
    /// There are no further ones.
    Gathered,
    /// The connection stands, under the certificate that was signed.
    PathUp,
    /// Nothing is heard on the path.
    PathDown,
    /// This computer's network has changed.
    NetworkChanged,
    /// The certificate is another one than was signed: in the description, or in the connection.
    Mismatch,
    /// No path was found, or what they sent cannot be used.
    Broken,
    /// Time passes.
    Tick,
}
