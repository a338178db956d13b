using Avvik.Client;

namespace Avvik.Workbench.Pages.Report;

/// <summary>Several patients as people write or paste them: one number a line, of whatever kind each is.</summary>
internal static class PatientList
{
    /// <summary>Null when there is nobody in it. What is no number is kept, so that the API can say which it is.</summary>
    public static IReadOnlyList<Patient>? Read(string? lines)
    {
        List<Patient> patients = [.. (lines ?? "").Split(['\n', '\r', ';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Replace(" ", "", StringComparison.Ordinal))
            .Select(number => new Patient { IdentifierType = TypeOf(number), Identifier = number })];
        return patients.Count == 0 ? null : patients;
    }

    // A D-number has 4 added to its first digit, an H-number 4 to its third, and a felles hjelpenummer begins with 8 or 9.
    private static string TypeOf(string number) => number switch
    {
        ['8' or '9', ..] => "fhn",
        ['4' or '5' or '6' or '7', ..] => "dnr",
        [_, _, '4' or '5', ..] => "hnr",
        _ => "fnr",
    };
}
