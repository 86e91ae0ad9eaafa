namespace Hl7v2;

/// <summary>How much of a timestamp was sent. HL7 v2.5.1 §2.A.22.</summary>
public enum Hl7Precision
{
    /// <summary>YYYY.</summary>
    Year,

    /// <summary>YYYYMM.</summary>
    Month,

    /// <summary>YYYYMMDD.</summary>
    Day,

    /// <summary>YYYYMMDDHH.</summary>
    Hour,

    /// <summary>YYYYMMDDHHMM.</summary>
    Minute,

    /// <summary>YYYYMMDDHHMMSS.</summary>
    Second,

    /// <summary>A fraction of a second: one to four digits, see <see cref="Hl7DateTime.FractionDigits"/>.</summary>
    Millisecond,
}
