using Avvik.Messaging.Tests.Support;
using Avvik.Storage;

namespace Avvik.Messaging.Tests.Storage;

public sealed class Model_insert_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Insert_writes_every_column_of_the_model_and_skips_a_known_key(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var effect = new Effect { DeviationId = Guid.CreateVersion7(), Version = 3, Count = 7 };
        var known = new Effect { DeviationId = effect.DeviationId, Version = 3, Count = 8 };
        Assert.True(await instance.Writer.WriteAsync(unit => unit.InsertIfNewAsync(effect), CancellationToken.None));
        Assert.False(await instance.Writer.WriteAsync(unit => unit.InsertIfNewAsync(known), CancellationToken.None));
        Assert.Equal([(effect.DeviationId, 3, 7)],
            await database.QueryAsync("select deviation_id, version, count from effects", r => (r.GetGuid(0), r.GetInt32(1), r.GetInt32(2))));
    }
}
