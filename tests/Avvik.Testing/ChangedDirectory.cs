using Avvik.Contracts;
using Avvik.Contracts.Routing;

namespace Avvik.Testing;

/// <summary>A directory whose communities differ from those that are shipped.</summary>
public static class ChangedDirectory
{
    public static DirectoryPublished Of(Func<CommunityDocument, CommunityDocument> change) => new()
    {
        Version = 2,
        OccurredAt = new(2026, 8, 20, 8, 0, 0, TimeSpan.Zero),
        Units = [],
        Communities = DirectoryPublished.Write(HealthCommunities.Shipped.Select(change)),
    };
}
