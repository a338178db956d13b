using Avvik.Client;

namespace Avvik.Workbench.Pages.Report;

/// <summary>Errors of the patients in a list belong to the one field that they are written in.</summary>
internal static class PatientErrors
{
    public static IReadOnlyDictionary<string, string> Named(AvvikProblemException problem, IReadOnlyDictionary<string, string> names, string field) =>
        problem.Errors.Select(e => e.Pointer).Where(p => p.StartsWith("/patients/", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p, field)).Concat(names).ToDictionary(StringComparer.Ordinal);
}
