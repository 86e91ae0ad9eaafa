namespace Hl7v2;

/// <summary>The characters that split a message, from its own MSH-1 and MSH-2. HL7 v2.5.1 §2.5.4.</summary>
/// <remarks><c>'\0'</c> means that the message does not use this delimiter: nothing is split or unescaped by it.</remarks>
/// <param name="Field">Between fields: MSH-1.</param>
/// <param name="Component">Between components: the first character of MSH-2.</param>
/// <param name="Repetition">Between repetitions: the second character of MSH-2.</param>
/// <param name="Escape">Around escape sequences: the third character of MSH-2.</param>
/// <param name="Subcomponent">Between subcomponents: the fourth character of MSH-2.</param>
public readonly record struct Hl7Delimiters(char Field, char Component, char Repetition, char Escape, char Subcomponent)
{
    /// <summary>What the standard recommends and nearly everybody sends: <c>|^~\&amp;</c>.</summary>
    public static Hl7Delimiters Usual { get; } = new('|', '^', '~', '\\', '&');

    /// <summary>
    /// Reads the delimiters from the start of a message; false if they cannot be used (see <see cref="Hl7ReadFault.Delimiters"/>).
    /// </summary>
    /// <param name="header">The message from its <c>MSH</c> on; more than the first twelve characters are never looked at.</param>
    /// <param name="delimiters">The delimiters, or the default value with every delimiter unused.</param>
    public static bool TryRead(ReadOnlySpan<char> header, out Hl7Delimiters delimiters) =>
        Hl7DelimiterReader.TryRead(header, out delimiters);
}
