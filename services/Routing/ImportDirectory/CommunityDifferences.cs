using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Contracts;

namespace Avvik.Routing.ImportDirectory;

/// <summary>What of a community becomes another, value by value, for a person to read before it is stored.</summary>
internal static class CommunityDifferences
{
    // By which the items of a list are told apart, whatever their order.
    private static readonly string[] Keys = ["code", "organizationNumber", "number", "suffix", "service"];

    public static IReadOnlyList<DirectoryDifference> Between(IEnumerable<CommunityDocument> before, IEnumerable<CommunityDocument> after)
    {
        var (was, becomes) = (Values(before), Values(after));
        return [.. becomes.Where(v => was.GetValueOrDefault(v.Key) != v.Value)
            .Select(v => new DirectoryDifference(v.Key, was.GetValueOrDefault(v.Key), v.Value))
            .Concat(was.Where(v => !becomes.ContainsKey(v.Key)).Select(v => new DirectoryDifference(v.Key, v.Value, null)))];
    }

    private static Dictionary<string, string> Values(IEnumerable<CommunityDocument> communities)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var community in communities)
            Add(JsonSerializer.SerializeToNode(community, ContractJson.Default.CommunityDocument), community.Code, values);
        return values;
    }

    private static void Add(JsonNode? node, string path, Dictionary<string, string> values)
    {
        switch (node)
        {
            case null: break;
            case JsonObject members:
                foreach (var (name, value) in members) Add(value, $"{path}/{name}", values);
                break;
            case JsonArray items:
                foreach (var (index, item) in items.Index()) Add(item, $"{path}/{KeyOf(item) ?? $"{index}"}", values);
                break;
            default:
                // Two clauses of one number apply one after the other.
                values[values.ContainsKey(path) ? $"{path} ({values.Count})" : path] = node.ToString();
                break;
        }
    }

    private static string? KeyOf(JsonNode? item) =>
        item is JsonObject members ? Keys.Select(k => members[k]?.ToString()).FirstOrDefault(k => k is not null) : item?.ToString();
}
