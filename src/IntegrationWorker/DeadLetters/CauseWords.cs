using System.Collections.Frozen;
using IntegrationWorker.Contracts;

namespace IntegrationWorker.DeadLetters;

/// <summary>What a code means to the people of a hospital, which of them must act, and what they do. docs/rejections.md has more.</summary>
internal static class CauseWords
{
    private const string Sender = "the sender's interface team";
    private const string Administrator = "the administrator of the worker";
    private const string Department = "the imaging department";
    private const string Developers = "the developers of the worker";

    private static readonly FrozenDictionary<string, CauseWord> _words = new Dictionary<string, CauseWord>
    {
        [Codes.NotHl7] = new("not an HL7 message", Sender, "look at the body; have it sent right, discard"),
        [Codes.BadDelimiters] = new("message header without usable delimiters", Sender, "have it sent right, discard"),
        [Codes.Undecodable] = new("text in another character set than announced", Administrator, "set defaultCharset of the source if MSH-18 is empty and replay; else the sender corrects it"),
        [Codes.HeaderFieldEmpty] = new("message type or control id is missing", Sender, "have it sent right, or edit, then replay"),
        [Codes.BatchEnvelope] = new("several messages in one envelope", Sender, "have them sent one by one, discard"),
        [Codes.SegmentMissing] = new("a segment that this type needs is missing", Sender, "have it sent right, or edit, then replay"),
        [Codes.NotVersion2] = new("version is not HL7 v2", Sender, "have it sent right, or edit, then replay"),
        [Codes.TooLarge] = new("message too large", Sender, "have documents left out, discard"),
        [Codes.UnknownSender] = new("sender is not registered", Administrator, "register it under sources, restart, replay the group"),
        [Codes.UnsupportedType] = new("kind of message that is not read", Administrator, "discard, or set onUnsupported to ignore"),
        [Codes.NoIdentity] = new("names no study: no UID, accession or order number", Sender, "set accessionFields or uidFields if the numbers stand elsewhere and replay; or edit"),
        [Codes.Ambiguous] = new("number shared by several studies", Department, "find out which study is meant; edit the number, or discard and correct the study by a command"),
        [Codes.NotFound] = new("no study was found in time", Department, "have the order sent, then replay"),
        [Codes.InvalidUid] = new("invalid Study Instance UID", Sender, "have it sent right, or edit, then replay"),
        [Codes.IdentityContradiction] = new("numbers contradict each other or the study", Department, "compare message and study; correct the wrong side, replay"),
        [Codes.PatientMismatch] = new("another patient than the study's", Department, "look at once: a mix-up, or a merge not yet heard of; replay after the merge"),
        [Codes.TooManyWaiting] = new("too many messages wait under one number", Sender, "usually a number that is none (0, UNKNOWN); have it sent right, discard"),
        [Codes.UnknownSource] = new("source is not registered", Administrator, "register the source or correct the publisher, restart, replay the group"),
        [Codes.OtherOrganization] = new("study belongs to another organization", Administrator, "correct the routing, or orgIds of the source, then replay"),
        [Codes.NotPermitted] = new("the source may not do this", Administrator, "use a source that may; discard"),
        [Codes.OrgNotFound] = new("no organization for a new study", Administrator, "complete orgs or orgId of the source, restart, replay the group"),
        [Codes.KeyReused] = new("control id used before with other content", Sender, "a restarted counter? replay takes it as a new message; set idempotency if it is the rule"),
        [Codes.NoCommandKey] = new("command without an idempotency key", Sender, "have it sent right, discard"),
        [Codes.FinalReportExists] = new("cancel of an examination with a final report", Department, "ask; if it is right, cancel by a command of an operator, discard"),
        [Codes.NotFhir] = new("not readable as FHIR", Sender, "have it sent right, discard"),
        [Codes.UnsupportedResource] = new("kind of resource that is not read", Administrator, "narrow the subscription, discard"),
        [Codes.NoStatusEntry] = new("notification without its status", Sender, "have it sent right, discard"),
        [Codes.UnknownSubscription] = new("subscription is not known", Administrator, "list it under subscriptions of the source, restart, replay the group"),
        [Codes.NotACommand] = new("not a readable command", Sender, "have it sent right, discard"),
        [Codes.MemberNotAllowed] = new("command with a member that is not allowed", Sender, "have it sent right, or edit, then replay"),
        [Codes.MemberNull] = new("command clears what is required", Sender, "have it sent right, or edit, then replay"),
        [Codes.MemberInvalid] = new("command with a value that is not possible", Sender, "have it sent right, or edit, then replay"),
        [Codes.UnknownOperation] = new("command with an unknown operation", Sender, "have it sent right, or edit, then replay"),
        [Codes.VersionMismatch] = new("command for another version of the study", Sender, "read the study again, decide again; discard"),
        [Codes.TooManyPairs] = new("more than 50 metadata pairs", Sender, "have it sent right, discard"),
        [Codes.KeyLength] = new("metadata key too long or empty", Sender, "have it sent right, or edit, then replay"),
        [Codes.ValueLength] = new("metadata value too long", Sender, "have it sent right, or edit, then replay"),
        [Codes.GivenUp] = new("kept failing while others went through", Developers, "report it with log line 1006, or to the reading platform with the words it said; replay after it was mended"),
    }.ToFrozenDictionary();

    public static IReadOnlyCollection<string> Known => _words.Keys;

    public static CauseWord Of(string code) => _words.GetValueOrDefault(code) ?? new("refused", Administrator, $"see {code} in docs/rejections.md");
}

/// <param name="What">What happened, in a few words.</param>
/// <param name="Who">Who must act.</param>
/// <param name="Do">What they do.</param>
internal sealed record CauseWord(string What, string Who, string Do);
