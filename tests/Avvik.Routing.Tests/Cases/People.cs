using Avvik.Routing.Cases;

namespace Avvik.Routing.Tests.Cases;

/// <summary>Everyone who may come to a case of Hamar's that the trust's division in Tynset has.</summary>
internal static class People
{
    public const string Unit = "si-tynset";

    public static IReadOnlyDictionary<string, Actor> All { get; } = new Dictionary<string, Actor>(StringComparer.Ordinal)
    {
        ["handler"] = new(Given.SykehusetInnlandet, Unit, "a", IsCoordinator: false, IsHandler: true, MayReport: true),
        ["handlerWithoutUnit"] = new(Given.SykehusetInnlandet, null, "b", IsCoordinator: false, IsHandler: true, MayReport: true),
        ["otherUnitsHandler"] = new(Given.SykehusetInnlandet, "si-habilitering", "c", IsCoordinator: false, IsHandler: true, MayReport: true),
        ["respondentsCoordinator"] = new(Given.SykehusetInnlandet, "si-samhandling", "d", IsCoordinator: true, IsHandler: false, MayReport: true),
        ["respondentsReporter"] = new(Given.SykehusetInnlandet, Unit, "e", IsCoordinator: false, IsHandler: false, MayReport: true),
        ["reporter"] = new(Given.Hamar, null, "f", IsCoordinator: false, IsHandler: false, MayReport: true),
        ["reportersCoordinator"] = new(Given.Hamar, null, "g", IsCoordinator: true, IsHandler: false, MayReport: true),
        // Whatever unit a token of the other party claims.
        ["reportersHandler"] = new(Given.Hamar, Unit, "h", IsCoordinator: false, IsHandler: true, MayReport: true),
        ["reportersOnlooker"] = new(Given.Hamar, null, "i", IsCoordinator: false, IsHandler: false, MayReport: false),
        ["strangersHandler"] = new(Given.Nordlandssykehuset, Unit, "j", IsCoordinator: false, IsHandler: true, MayReport: true),
        ["strangersCoordinator"] = new(Given.Nordlandssykehuset, null, "k", IsCoordinator: true, IsHandler: true, MayReport: true),
        ["strangersReporter"] = new(Given.Nordlandssykehuset, null, "l", IsCoordinator: false, IsHandler: false, MayReport: true),
    };
}
