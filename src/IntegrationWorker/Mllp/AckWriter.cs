using System.Globalization;
using System.Text;
using Hl7v2;

namespace IntegrationWorker.Mllp;

/// <summary>Writes an acknowledgement. HL7 v2.5.1 §2.13.1, §2.15.5 (ERR), §2.15.8 (MSA). Pure.</summary>
/// <remarks>
/// Delimiters, character set, version and processing id are those of the message; its receiver is now the sender. What is copied is
/// copied byte for byte, escape sequences and all: the sender compares MSA-2 with what he sent.
/// </remarks>
internal static class AckWriter
{
    private const string VersionOfUnreadable = "2.5.1";

    // A message may have thousands of groups: the first reasons tell the sender what is wrong, the dead letter has all.
    private const int ErrorsMax = 10;

    // MSA-3 is ST with 80 characters.
    private const int TextMax = 80;

    private static readonly string[] _withoutTrigger = ["2.0", "2.0D", "2.1"];
    private static readonly string[] _withoutStructure = ["", "2", "2.2", "2.3"];
    private static readonly string[] _withErrorCodeAndLocation = [.. _withoutTrigger, .. _withoutStructure, "2.3.1", "2.3.2", "2.4"];
    private static readonly string[] _withoutText = ["2.7", "2.7.1", "2.8", "2.8.1", "2.8.2", "2.9", "2.9.1"];

    /// <param name="code">MSA-1.</param>
    /// <param name="now">MSH-7, written in UTC.</param>
    /// <param name="controlId">MSH-10: unlike any other of this worker.</param>
    /// <returns>The message without its frame.</returns>
    public static byte[] Write(AckHeader header, string code, IReadOnlyList<AckError> errors, DateTimeOffset now, string controlId)
    {
        var version = header == AckHeader.None ? VersionOfUnreadable : header.Version;

        // Each character of the header stands for one byte of the sender's, so they are written as they came.
        var writer = new Hl7Writer(header.Delimiters, Encoding.Latin1);
        WriteHeader(writer, header, version, now, controlId);
        writer.Segment("MSA").Field(1, code).RawField(2, header[10]);

        if (errors.Count > 0 && !_withoutText.Contains(version))
        {
            writer.Field(3, Cut($"{errors[0].Code} {errors[0].Text}".Trim()));
        }

        foreach (var error in errors.Distinct().Take(ErrorsMax))
        {
            WriteError(writer, error, version, header.Delimiters);
        }

        return writer.ToBytes();
    }

    private static void WriteHeader(Hl7Writer writer, AckHeader header, string version, DateTimeOffset now, string controlId)
    {
        writer.Segment("MSH")
            .RawField(3, header[5]).RawField(4, header[6])
            .RawField(5, header[3]).RawField(6, header[4])
            .Field(7, now.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + "+0000")
            .RawField(9, TypeOf(header, version))
            .Field(10, controlId)
            .RawField(11, header[11].Length > 0 ? header[11] : "P")
            .RawField(12, header == AckHeader.None ? version : header[12])
            .RawField(18, header[18]);
    }

    /// <summary><c>ACK</c> in 2.1, <c>ACK^O01</c> in 2.2 and 2.3, <c>ACK^O01^ACK</c> since.</summary>
    private static string TypeOf(AckHeader header, string version)
    {
        var trigger = header.ComponentOf(9, 2).Trim();
        var separator = header.Delimiters.Component;

        return separator == '\0' || trigger.Length == 0 || _withoutTrigger.Contains(version) ? "ACK"
            : _withoutStructure.Contains(version) ? $"ACK{separator}{trigger}"
            : $"ACK{separator}{trigger}{separator}ACK";
    }

    private static void WriteError(Hl7Writer writer, AckError error, string version, Hl7Delimiters delimiters)
    {
        writer.Segment("ERR");

        if (_withErrorCodeAndLocation.Contains(version))
        {
            writer.RawField(1, Join(delimiters.Component, PlaceOf(error).Take(3).Append(CodeOf(error, delimiters))));
            return;
        }

        writer.RawField(2, Join(delimiters.Component, PlaceOf(error)))
            .RawField(3, Join(delimiters.Component, [error.Hl7Code, error.Hl7Text, "HL70357"]))
            .Field(4, "E")
            .RawField(5, error.Code.Length == 0 ? "" : Join(delimiters.Component, [error.Code, Hl7Text.Escape(error.Text, delimiters), "L"]))
            .Field(8, error.Text);
    }

    /// <summary>ERL, of which ELD has the first three components: segment, its sequence, field, repetition, component.</summary>
    private static List<string> PlaceOf(AckError error)
    {
        if (error.Segment.Length == 0)
        {
            return ["", "", ""];
        }

        var place = new List<string> { error.Segment, $"{error.Sequence}", error.Field > 0 ? $"{error.Field}" : "" };

        if (error.Component > 0)
        {
            place.AddRange(["1", $"{error.Component}"]);
        }

        return place;
    }

    /// <summary>ELD.4: the code of table 0357 and, as the alternate one, ours.</summary>
    private static string CodeOf(AckError error, Hl7Delimiters delimiters)
    {
        IEnumerable<string> parts = [error.Hl7Code, error.Hl7Text, "HL70357"];
        parts = error.Code.Length == 0 ? parts : [.. parts, error.Code, Hl7Text.Escape(error.Text, delimiters), "L"];

        return Join(delimiters.Subcomponent, parts);
    }

    private static string Join(char separator, IEnumerable<string> parts) =>
        separator == '\0' ? parts.FirstOrDefault(part => part.Length > 0) ?? "" : string.Join(separator, parts).TrimEnd(separator);

    private static string Cut(string text) => text.Length <= TextMax ? text : text[..TextMax];
}
