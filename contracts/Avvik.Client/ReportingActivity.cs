namespace Avvik.Client;

/// <summary>How well reporting is known in a party: what its own people reported in a quarter.</summary>
/// <param name="Quarter">As in <c>2026-Q3</c>; by the Norwegian local day they were received.</param>
/// <param name="Reports">All of them, withdrawn ones too; not those entered in error.</param>
/// <param name="Units">The party's open units, and those that are not in the directory, by number of reports.</param>
/// <param name="EmployeeGroups">
/// By the profession that reporters gave, whatever its case; <see cref="EmployeeGroupActivity.Name"/> is null where none was.
/// </param>
/// <param name="PercentOfUnitsThatNeverReported">Of the open units; null when the party has none.</param>
/// <param name="MedianDaysToReport">Whole days from the day it occurred until it was reported; null without reports.</param>
/// <param name="P90DaysToReport">The days within which nine of ten were reported.</param>
public sealed record ReportingActivity(string Quarter, int Reports, IReadOnlyList<UnitActivity> Units, IReadOnlyList<EmployeeGroupActivity> EmployeeGroups,
    decimal? PercentOfUnitsThatNeverReported, int? MedianDaysToReport, int? P90DaysToReport);

/// <summary>What a unit reported.</summary>
/// <param name="Unit">Its code; null for reports without a unit.</param>
/// <param name="Reports">In the quarter.</param>
/// <param name="HasReported">In the quarter or ever before.</param>
public sealed record UnitActivity(string? Unit, int Reports, bool HasReported);

/// <summary>What a profession reported.</summary>
/// <param name="Name">As most of its reporters write it.</param>
/// <param name="Reports">In the quarter.</param>
public sealed record EmployeeGroupActivity(string? Name, int Reports);
