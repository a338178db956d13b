namespace Avvik.Client;

/// <summary>National indicators beside the deviations of a quarter, by municipality.</summary>
/// <param name="Quarter">Of the deviations, as in <c>2026-Q3</c>.</param>
/// <param name="Indicators">The columns, in the order of their codes.</param>
/// <param name="Rows">The municipalities of the health community, by region.</param>
public sealed record IndicatorComparison(string Quarter, IReadOnlyList<NationalIndicator> Indicators, IReadOnlyList<IndicatorRow> Rows);

/// <summary>An indicator that others publish.</summary>
/// <param name="Code">Its publisher's.</param>
/// <param name="Title">Bokmål.</param>
/// <param name="Unit">What its values are, in bokmål: <c>prosent</c>, <c>dager per 1000 innbyggere</c>.</param>
/// <param name="Period">A quarter or a year, as in <c>2026-Q2</c> or <c>2025</c>: the last one given that had begun when the quarter ended.</param>
/// <param name="Source">Who publishes it.</param>
/// <param name="PublishedOn">When.</param>
public sealed record NationalIndicator(string Code, string Title, string Unit, string Period, string Source, DateOnly PublishedOn);

/// <summary>A municipality.</summary>
/// <param name="Municipality">Four digits.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="DeviationsPerTenThousand">
/// Protected deviations per 10,000 inhabitants; null where no inhabitants are given, since numbers alone say who is large.
/// </param>
/// <param name="Values">By the indicator's code; one that the municipality does not have is not there.</param>
public sealed record IndicatorRow(string Municipality, string Name, Figure? DeviationsPerTenThousand, IReadOnlyDictionary<string, decimal> Values);
