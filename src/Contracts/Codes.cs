namespace IntegrationWorker.Contracts;

/// <summary>The stable codes of rejections, warnings and transient failures. The texts are in docs/codes.json.</summary>
/// <remarks>
/// <c>001</c> to <c>099</c> are permanent and end in the dead letters, <c>101</c> to <c>199</c> are warnings, <c>901</c> to <c>999</c> are
/// transient. A code is never reused and never changes its class.
/// </remarks>
public static class Codes
{
    /// <summary>Not an HL7 v2 message: it does not start with MSH.</summary>
    public const string NotHl7 = "HL7-001";

    /// <summary>The delimiters in MSH-1 and MSH-2 cannot be used.</summary>
    public const string BadDelimiters = "HL7-002";

    /// <summary>The body cannot be decoded as {charset} (MSH-18).</summary>
    public const string Undecodable = "HL7-003";

    /// <summary>Required header field {field} is empty.</summary>
    public const string HeaderFieldEmpty = "HL7-004";

    /// <summary>Batch envelopes are not accepted; send one message per delivery.</summary>
    public const string BatchEnvelope = "HL7-005";

    /// <summary>{missing} is missing; a {type} message needs it.</summary>
    public const string SegmentMissing = "HL7-006";

    /// <summary>Version {version} is not HL7 v2.</summary>
    public const string NotVersion2 = "HL7-007";

    /// <summary>The message has {size} bytes; at most {limit} are accepted.</summary>
    public const string TooLarge = "HL7-009";

    /// <summary>Sender {application}/{facility} is not a registered source.</summary>
    public const string UnknownSender = "HL7-010";

    /// <summary>{type} is not supported and this source asks for rejection.</summary>
    public const string UnsupportedType = "HL7-011";

    /// <summary>Escape sequence {sequence} is not known; kept as sent.</summary>
    public const string UnknownEscape = "HL7-102";

    /// <summary>{field} disagree; the value of ORC is used.</summary>
    public const string OrderNumbersDisagree = "HL7-103";

    /// <summary>The body is UTF-8 although MSH-18 says {charset}.</summary>
    public const string CharsetMisdeclared = "HL7-104";

    /// <summary>The message names no study: no UID, accession number or order number.</summary>
    public const string NoIdentity = "IDN-001";

    /// <summary>The {by} number belongs to {n} studies: {candidates}.</summary>
    public const string Ambiguous = "IDN-002";

    /// <summary>No study matched (parked units: within {days} days).</summary>
    public const string NotFound = "IDN-003";

    /// <summary>{value} is not a valid DICOM UID.</summary>
    public const string InvalidUid = "IDN-004";

    /// <summary>The identifiers contradict each other or what is known.</summary>
    public const string IdentityContradiction = "IDN-005";

    /// <summary>The patient in the message is not the patient of the study.</summary>
    public const string PatientMismatch = "IDN-006";

    /// <summary>Too many units are waiting under the same key.</summary>
    public const string TooManyWaiting = "IDN-007";

    /// <summary>UID unknown; the study was found by {by}.</summary>
    public const string UidUnknown = "IDN-101";

    /// <summary>The accession number is also linked to another study.</summary>
    public const string AccessionLinkedElsewhere = "IDN-102";

    /// <summary>Source {id} is not registered.</summary>
    public const string UnknownSource = "SRC-001";

    /// <summary>The source may not touch studies of this organization.</summary>
    public const string OtherOrganization = "SEC-001";

    /// <summary>The source may not {operation}.</summary>
    public const string NotPermitted = "SEC-002";

    /// <summary>Priority code {value} in {location} is not known; severity unchanged.</summary>
    public const string UnknownPriority = "MAP-101";

    /// <summary>Priority fields disagree: {values}.</summary>
    public const string PrioritiesDisagree = "MAP-102";

    /// <summary>Code {value} in {location} is not known; no effect.</summary>
    public const string UnknownCode = "MAP-103";

    /// <summary>Order control {control} and order status {status} disagree.</summary>
    public const string ControlAndStatusDisagree = "MAP-104";

    /// <summary>{location} is not a valid date or time.</summary>
    public const string InvalidTime = "MAP-106";

    /// <summary>{field} is required; the null in {location} was ignored.</summary>
    public const string RequiredFieldNull = "PRS-101";

    /// <summary>Identity key {field} cannot be deleted; the null was ignored.</summary>
    public const string IdentityKeyNull = "PRS-102";

    /// <summary>The study would have {count} metadata pairs; at most 50 are possible.</summary>
    public const string TooManyPairs = "LIM-001";

    /// <summary>Metadata key {key} has {length} characters; 1 to 100 are possible.</summary>
    public const string KeyLength = "LIM-002";

    /// <summary>The value of {key} has {length} characters; at most 1000 are possible.</summary>
    public const string ValueLength = "LIM-003";

    /// <summary>Metadata is full; not stored: {dropped}.</summary>
    public const string MetadataFull = "LIM-101";

    /// <summary>The value for {field} is too long and was not stored.</summary>
    public const string IdentifierTooLong = "LIM-102";

    /// <summary>The value for {field} was cut to 1000 characters.</summary>
    public const string ValueCut = "LIM-103";

    /// <summary>The study description was cut to 1000 characters.</summary>
    public const string DescriptionCut = "LIM-104";

    /// <summary>The person in {location} is not in the user directory; assignment unchanged.</summary>
    public const string UserUnknown = "DIR-101";

    /// <summary>The person in {location} is inactive; assignment unchanged.</summary>
    public const string UserInactive = "DIR-102";

    /// <summary>The person in {location} matches several users; assignment unchanged.</summary>
    public const string UserAmbiguous = "DIR-103";

    /// <summary>The user directory does not answer.</summary>
    public const string UserDirectoryDown = "DIR-901";

    /// <summary>No organization could be found for the new study.</summary>
    public const string OrgNotFound = "ORG-001";

    /// <summary>The organization directory does not answer.</summary>
    public const string OrgDirectoryDown = "ORG-901";

    /// <summary>The message key was used before with other content.</summary>
    public const string KeyReused = "IDE-001";

    /// <summary>The command has neither an idempotency key nor an id.</summary>
    public const string NoCommandKey = "IDE-002";

    /// <summary>The control id was used {age} ago; treated as a new message.</summary>
    public const string CounterRestarted = "IDE-101";

    /// <summary>The same message is being processed elsewhere.</summary>
    public const string InProgressElsewhere = "IDE-901";

    /// <summary>Source time {given} lies in the future; time of receipt used.</summary>
    public const string ClockInFuture = "CLK-101";

    /// <summary>The message has no usable time; time of receipt used.</summary>
    public const string NoUsableTime = "CLK-102";

    /// <summary>ORC-9 never changes; consider clock: message.</summary>
    public const string TransactionTimeNeverMoves = "CLK-103";

    /// <summary>The study has a final report and cannot be cancelled by this message.</summary>
    public const string FinalReportExists = "LCY-002";

    /// <summary>A final result is not taken back by a preliminary one.</summary>
    public const string FinalKept = "LCY-101";

    /// <summary>Final result for a cancelled study.</summary>
    public const string FinalForCancelled = "LCY-102";

    /// <summary>This source may not reinstate the study.</summary>
    public const string MayNotReinstate = "LCY-103";

    /// <summary>The severity was not lowered: {holder} raised it.</summary>
    public const string SeverityNotLowered = "LCY-104";

    /// <summary>Not readable as FHIR JSON.</summary>
    public const string NotFhir = "FHR-001";

    /// <summary>Resource type {type} is not supported.</summary>
    public const string UnsupportedResource = "FHR-002";

    /// <summary>The server refuses access to {url}.</summary>
    public const string FhirAccessRefused = "FHR-004";

    /// <summary>The resource is only a part (SUBSETTED); nothing deleted.</summary>
    public const string Subsetted = "FHR-101";

    /// <summary>The FHIR server does not answer.</summary>
    public const string FhirServerDown = "FHR-901";

    /// <summary>The token was refused.</summary>
    public const string FhirTokenRefused = "FHR-902";

    /// <summary>The notification has no status entry.</summary>
    public const string NoStatusEntry = "FHS-001";

    /// <summary>Subscription {id} is not known.</summary>
    public const string UnknownSubscription = "FHS-002";

    /// <summary>Events {missing} were not received; recovery requested.</summary>
    public const string EventsMissing = "FHS-101";

    /// <summary>The server reports the subscription as {status}.</summary>
    public const string SubscriptionOff = "FHS-102";

    /// <summary>The event counter went back.</summary>
    public const string EventCounterWentBack = "FHS-103";

    /// <summary>Not a readable command.</summary>
    public const string NotACommand = "CMD-001";

    /// <summary>Member {member} is not allowed.</summary>
    public const string MemberNotAllowed = "CMD-002";

    /// <summary>Member {member} cannot be null.</summary>
    public const string MemberNull = "CMD-003";

    /// <summary>Value of {member} is not valid.</summary>
    public const string MemberInvalid = "CMD-004";

    /// <summary>Unknown operation {operation}.</summary>
    public const string UnknownOperation = "CMD-005";

    /// <summary>The study has version {actual}, expected {expected}.</summary>
    public const string VersionMismatch = "CMD-006";

    /// <summary>The study store refused the update: {detail}.</summary>
    public const string StoreRefused = "API-001";

    /// <summary>The study no longer exists there.</summary>
    public const string StudyGone = "API-002";

    /// <summary>The store kept metadata keys that were removed.</summary>
    public const string KeysKept = "API-101";

    /// <summary>Study store: too many requests.</summary>
    public const string StoreTooManyRequests = "API-901";

    /// <summary>Study store: server error.</summary>
    public const string StoreServerError = "API-902";

    /// <summary>Study store: no answer.</summary>
    public const string StoreNoAnswer = "API-903";

    /// <summary>Study store: concurrent change.</summary>
    public const string StoreConcurrentChange = "API-904";

    /// <summary>The state database does not answer.</summary>
    public const string DatabaseDown = "SYS-901";

    /// <summary>Given up after {attempts} attempts; last error {code}.</summary>
    public const string GivenUp = "RTY-001";
}
