namespace Hl7v2;

/// <summary>What became of a body: a message, or the reason why there is none.</summary>
public readonly struct Hl7Decoded
{
    internal Hl7Decoded(Hl7ReadFault fault, string charset, Hl7Message? message = null, bool utf8Overrode = false)
    {
        Fault = fault;
        Charset = charset;
        Message = message;
        Utf8Overrode = utf8Overrode;
    }

    /// <summary>Why there is no message; <see cref="Hl7ReadFault.None"/> if there is one.</summary>
    public Hl7ReadFault Fault { get; }

    /// <summary>The message; null if and only if <see cref="Fault"/> is not <see cref="Hl7ReadFault.None"/>.</summary>
    public Hl7Message? Message { get; }

    /// <summary>
    /// The character set as declared: the first repetition of MSH-18, else the default of the source, else
    /// <see cref="Hl7Charset.Utf8Name"/>. <c>ISO-2022-JP</c> where its escape sequences were found. Fit for error texts.
    /// </summary>
    public string Charset { get; }

    /// <summary>The body was read as UTF-8 although <see cref="Charset"/> says otherwise.</summary>
    public bool Utf8Overrode { get; }
}
