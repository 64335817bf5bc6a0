from tests.city import City


def test_the_small_city_stands(city: City) -> None:
    assert city.stranger.unit == city.other_street
