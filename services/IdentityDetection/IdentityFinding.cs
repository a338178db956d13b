using System.Runtime.InteropServices;

namespace Avvik.IdentityDetection;

/// <summary>What a finding identifies a person by.</summary>
public enum IdentityKind
{
    PersonNumber,
    HprNumber,
    PhoneNumber,
    EmailAddress,
    /// <summary>Swedish, Danish or Finnish.</summary>
    ForeignPersonNumber,
    BankAccount,
    PassportNumber,
    PersonName,
    BirthDate,
    Address,
}

/// <summary>A place in a text that identifies a person. Never contains the text itself: findings are shown in errors.</summary>
/// <param name="Kind">What was found.</param>
/// <param name="Offset">First UTF-16 code unit, in the text as sent.</param>
/// <param name="Length">Number of UTF-16 code units.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct IdentityFinding(IdentityKind Kind, int Offset, int Length);
