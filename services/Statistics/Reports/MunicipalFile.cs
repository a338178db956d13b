using System.Globalization;
using Avvik.Contracts;

namespace Avvik.Statistics.Reports;

/// <summary>
/// A file of an operator with a line for each period and municipality. Read once, at start; a fault stops the start and is named with its line.
/// </summary>
internal static class MunicipalFile
{
    /// <param name="file">Null or empty: there is none.</param>
    /// <param name="header">Its first line.</param>
    /// <param name="add">Takes a line; false when something is wrong with it.</param>
    /// <param name="rule">What a line must be, to end the sentence «'…' is not …».</param>
    public static void Read(string? file, string header, Func<string, bool> add, string rule)
    {
        if (string.IsNullOrEmpty(file)) return;
        foreach (var (at, line) in File.ReadLines(file).Index())
        {
            if (at == 0 ? line.TrimStart('\uFEFF') == header : add(line)) continue;
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{file}, line {at + 1}: ")
                + (at == 0 ? $"the file must begin with '{header}'." : $"'{line}' is not {rule}"));
        }
    }

    public static bool IsMunicipality(string area) => HealthCommunities.All.Any(c => c.Parties.Any(p => p.MunicipalityNumber == area));
}
