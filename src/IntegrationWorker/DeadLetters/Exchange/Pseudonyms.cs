using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace IntegrationWorker.DeadLetters.Exchange;

/// <summary>
/// Replaces what could name somebody by something of the same form: letters by letters, digits by digits, the same text always by the
/// same. Dates are all moved by as many days. Nothing of it can be found out again once the key is gone.
/// </summary>
internal sealed class Pseudonyms(byte[] key, int daysBack)
{
    private static readonly string[] _dayFormats = ["yyyyMMdd"];

    /// <summary>With a key that nobody keeps, and one to ten years of whole weeks back.</summary>
    public static Pseudonyms Create() => new(RandomNumberGenerator.GetBytes(32), 364 * RandomNumberGenerator.GetInt32(1, 11));

    /// <summary>An identifier or a text.</summary>
    public string Of(string text)
    {
        var stream = new Digits(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        var result = new StringBuilder(text.Length);

        foreach (var character in text)
        {
            result.Append(character switch
            {
                >= '0' and <= '9' => (char)('0' + (stream.Next() % 10)),
                >= 'a' and <= 'z' => (char)('a' + (stream.Next() % 26)),
                >= 'A' and <= 'Z' => (char)('A' + (stream.Next() % 26)),
                _ when char.IsLetter(character) => 'X',
                _ => character,
            });
        }

        return result.ToString();
    }

    /// <summary>A DICOM UID: valid before, valid after, with as many parts of the same lengths; the first two parts stay.</summary>
    public string OfUid(string uid)
    {
        var stream = new Digits(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(uid)));
        var parts = uid.Split('.');

        for (var i = 2; i < parts.Length; i++)
        {
            parts[i] = OfPart(parts[i], stream);
        }

        return string.Join('.', parts);
    }

    /// <summary>A date, or a date and time, in the form of HL7 v2; all else comes back as it is.</summary>
    public string OfHl7Time(string text) => text.Length >= 8 && Moved(text[..8], "yyyyMMdd") is { } day ? day + text[8..] : text;

    /// <summary>A date, or a date and time, in the form of RFC 3339; null when it is none.</summary>
    public string? OfIsoTime(string text) => text.Length >= 10 && (text.Length == 10 || text[10] == 'T') && Moved(text[..10], "yyyy-MM-dd") is { } day ? day + text[10..] : null;

    public DateTimeOffset Of(DateTimeOffset at) => at.AddDays(-daysBack);

    /// <summary>Looks like a date of somebody's life, with or without a time, in the form of HL7 v2.</summary>
    public static bool IsHl7Time(string text) =>
        text.Length >= 8
        && DateOnly.TryParseExact(text[..8], _dayFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        && day.Year is > 1850 and < 2150
        && text.Skip(8).All(character => char.IsAsciiDigit(character) || character is '.' or '+' or '-');

    /// <summary>Looks like a UID: digits and at least two dots.</summary>
    public static bool IsUid(string text) => text.Count(character => character == '.') >= 2 && text.All(character => char.IsAsciiDigit(character) || character == '.');

    private string? Moved(string day, string format) =>
        DateOnly.TryParseExact(day, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var known) && known.DayNumber > daysBack
            ? known.AddDays(-daysBack).ToString(format, CultureInfo.InvariantCulture)
            : null;

    // A part that begins with 0 stays so: what was no valid UID is none afterwards, for the same reason.
    private static string OfPart(string part, Digits stream)
    {
        var result = new StringBuilder(part.Length);

        for (var i = 0; i < part.Length; i++)
        {
            result.Append(i > 0 ? (char)('0' + (stream.Next() % 10)) : part[0] == '0' ? '0' : (char)('1' + (stream.Next() % 9)));
        }

        return result.ToString();
    }

    /// <summary>As many numbers as are asked for, from one hash.</summary>
    private sealed class Digits(byte[] hash)
    {
        private byte[] _block = hash;
        private int _at;

        public int Next()
        {
            if (_at == _block.Length)
            {
                (_block, _at) = (SHA256.HashData(_block), 0);
            }

            return _block[_at++];
        }
    }
}
