namespace Hl7v2;

/// <summary>Why a body is not a readable message. Never carries content of the message.</summary>
public enum Hl7ReadFault
{
    /// <summary>The message was read.</summary>
    None,

    /// <summary>Nothing is left once framing and blank lines are removed.</summary>
    Empty,

    /// <summary>The text does not start with <c>MSH</c>. HL7 v2.5.1 §2.15.9.</summary>
    NotHl7,

    /// <summary>MSH-1 or MSH-2 cannot be used as delimiters. HL7 v2.5.1 §2.5.4.</summary>
    Delimiters,

    /// <summary>
    /// The character set is unknown, or the bytes are not text in it. NUL characters inside a message are not text: no sender
    /// means them, and not every database stores them. HL7 v2.5.1 §2.15.9.18.
    /// </summary>
    CharacterSet,

    /// <summary>A batch envelope (FHS, BHS) or a second MSH: more than one message. HL7 v2.5.1 §2.10.3.</summary>
    Batch,
}
