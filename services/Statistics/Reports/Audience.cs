using Avvik.Hosting.Callers;
using Avvik.Statistics.Figures;

namespace Avvik.Statistics.Reports;

/// <summary>Who a report is made for: the committee, or those who are parties to the cases and see them anyway.</summary>
/// <param name="Threshold">Numbers from 1 to one less are hidden.</param>
internal sealed record Audience(string Code, int Threshold)
{
    public static readonly Audience Ssu = new("ssu", 5), Parties = new("parties", 3);

    public static Audience[] All => [Ssu, Parties];

    public static Audience Of(Caller caller) => Disclosure.IsLimited(caller) ? Ssu : Parties;
}
