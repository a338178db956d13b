using System.Reflection;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;

namespace Avvik.Storage;

/// <summary>
/// Gives one context two sets of migrations: those in a namespace that ends with <c>.Sqlite</c> are left out on PostgreSQL, those in one that ends with
/// <c>.Postgres</c> on SQLite. EF's own way needs a derived context for each engine, and the writer and the context pool would have to know both.
/// </summary>
internal sealed class EngineMigrations(ICurrentDbContext current, IDatabaseProvider provider) : IMigrationsAssembly
{
    private readonly Type _context = current.Context.GetType();
    private readonly string _otherEngine = provider.Name.EndsWith(".Sqlite", StringComparison.Ordinal) ? ".Postgres" : ".Sqlite";

    public Assembly Assembly => _context.Assembly;

    public IReadOnlyDictionary<string, TypeInfo> Migrations => field ??= new SortedList<string, TypeInfo>(
        OfEngine<Migration>().ToDictionary(t => t.GetCustomAttribute<MigrationAttribute>()!.Id, StringComparer.Ordinal), StringComparer.Ordinal);

    public ModelSnapshot? ModelSnapshot => field ??= OfEngine<ModelSnapshot>()
        .Select(type => (ModelSnapshot)Activator.CreateInstance(type)!).SingleOrDefault();

    public string? FindMigrationId(string nameOrId) => Migrations.Keys.FirstOrDefault(id =>
        string.Equals(id, nameOrId, StringComparison.OrdinalIgnoreCase)
        || string.Equals(id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..], nameOrId, StringComparison.OrdinalIgnoreCase));

    public Migration CreateMigration(TypeInfo migrationClass, string activeProvider)
    {
        var migration = (Migration)Activator.CreateInstance(migrationClass)!;
        migration.ActiveProvider = activeProvider;
        return migration;
    }

    private IEnumerable<TypeInfo> OfEngine<T>() => Assembly.DefinedTypes.Where(t => !t.IsAbstract && t.IsSubclassOf(typeof(T))
        && !t.Namespace!.EndsWith(_otherEngine, StringComparison.Ordinal) && t.GetCustomAttribute<DbContextAttribute>()?.ContextType == _context);
}
